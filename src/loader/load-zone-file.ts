/**
 * One zone file from disk to a compiled zone: what a load worker does for each job. Synchronous; never throws for what
 * a file may hold.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { createFileIssue, hasErrors, type Issue } from "../config/issue.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { ImageTooLargeError } from "../image/image-too-large-error.ts";
import { formatName } from "../wire/name.ts";
import { loadZone } from "../zone/load-zone.ts";
import { isMasterFile } from "../zone/master/master-file.ts";
import type { Zone } from "../zone/model.ts";
import type { Part } from "../zone/part-reader.ts";
import { MAX_COPY_OCTETS, packCopy, unpackCopy } from "./copy-content.ts";
import { originalName } from "./last-good.ts";
import { findLostNames, type LostNames } from "./mass-change.ts";
import { createPartFiles, type PartFiles, type PartState } from "./part-files.ts";
import { prepareUnavailable } from "./prepare-static.ts";
import { type PreparedZone, prepareZone } from "./prepare-zone.ts";
import { readZoneFile } from "./read-zone-file.ts";

/** What location rules are compiled against. */
export interface LoadGeo {
  readonly table: GeoTable;
  /** Another one for every other table. */
  readonly version: number;
}

/** What is the same for all files. */
export interface LoadSettings {
  readonly geo: LoadGeo;
  /** Whether the server file names witnesses for health checks; `check` advises those who have none. */
  readonly hasReferences: boolean;
  /** Whether a geo database says which autonomous system an address is in; `check` warns of rules that go by that. */
  readonly knowsAsns: boolean;
}

export interface LoadJob {
  /** What is read: the zone file or its last good copy. */
  readonly path: string;
  /** What messages call it, and what a master file's zone is named by. */
  readonly file: string;
  /** Whether it is a copy, with all that it draws in. */
  readonly isCopy: boolean;
  /** The folder that no file it draws in may lie outside of. */
  readonly root: string;
  /** The state that is expected; another one is not read, for nobody has seen it be quiet. Undefined: any. */
  readonly fingerprint: string | undefined;
  /** Hash of the content that is loaded already, and the parts it was made of. */
  readonly knownHash: string | undefined;
  readonly knownParts: readonly string[];
  /** Whether only the content of the last good copy is wanted, of what is loaded already; anything else is not read. */
  readonly wantsCopy?: boolean;
  /** Serial in use for the zone. */
  readonly previousSerial: number | undefined;
  /** The segment of what the file was served as: names that it has and the new one has not are counted. */
  readonly before: SharedArrayBuffer | undefined;
  /** The last good copy and the serial it was served with: a file equal to it keeps that serial. */
  readonly copy: { readonly path: string; readonly serial: number } | undefined;
}

export type LoadResult = LoadOutcome & {
  /** The files that it draws in, as they were when they were read: a change of them is one of the zone. */
  readonly parts: readonly PartState[];
};

type LoadOutcome =
  | {
      readonly kind: "loaded";
      readonly prepared: PreparedZone;
      readonly hash: string;
      /** Equal for equal records; of master files only, whose serials may stay the same though these change. */
      readonly digest: string | undefined;
      readonly warnings: readonly Issue[];
      /** Against `before` of the job. */
      readonly lost: LostNames | undefined;
      /** What the last good copy is to hold, if it holds something else. */
      readonly uncopied: Uint8Array | undefined;
    }
  /** With what the last good copy is to hold, if that is wanted. */
  | { readonly kind: "unchanged"; readonly uncopied?: Uint8Array }
  /** It changed meanwhile; it will be looked at again. */
  | { readonly kind: "unstable" }
  | { readonly kind: "refused"; readonly issues: readonly Issue[] };

export function loadZoneFile(job: LoadJob, settings: LoadSettings): LoadResult {
  const read = readZoneFile(job.path, job.isCopy ? MAX_COPY_OCTETS : undefined);
  if (read.kind === "unstable") return { ...read, parts: [] };
  if (read.kind === "refused") return refuse(job.file, `Not read: ${read.reason}`);
  if (job.fingerprint !== undefined && job.fingerprint !== read.fingerprint) {
    return { kind: "unstable", parts: [] };
  }
  const copy = job.isCopy ? unpackCopy(read.octets) : undefined;
  if (job.isCopy && copy === undefined) return refuse(job.file, "Not read: its copy is damaged");
  const content = copy?.main ?? read.octets;
  if (job.knownHash !== undefined) {
    const known = createPartFiles(job.file, job.root, undefined);
    for (const path of job.knownParts) known.read(basename(path), path);
    if (hashOf(content, known.contents()) === job.knownHash) {
      const unchanged = { kind: "unchanged", parts: known.states() } as const;
      if (!job.wantsCopy) return unchanged;
      return { ...unchanged, uncopied: packCopy(job.file, content, known.contents()) };
    }
    if (job.wantsCopy) return { kind: "unstable", parts: [] };
  }
  const parts = createPartFiles(job.file, job.root, copy);
  const outcome = loadContent(job, settings, { octets: content, changedAt: read.changedAt }, parts);
  return parts.isUnstable()
    ? { kind: "unstable", parts: parts.states() }
    : { ...outcome, parts: parts.states() };
}

function loadContent(
  job: LoadJob,
  { geo, hasReferences, knowsAsns }: LoadSettings,
  { octets, changedAt }: { readonly octets: Uint8Array; readonly changedAt: number },
  parts: PartFiles,
): LoadOutcome {
  let isCopied = false;
  const { zone, issues } = loadZone(octets, {
    file: job.file,
    defaultZone: originalName(job.file).replace(/\.(ya?ml|zone)$/i, ""),
    parts,
    get changedAt() {
      // Only now is it known which parts there are.
      isCopied = isInCopy(job, packCopy(job.file, octets, parts.contents()));
      return serialTime(job, Math.max(changedAt, parts.changedAt()), isCopied);
    },
    previousSerial: job.previousSerial,
    references: hasReferences,
    knowsAsns,
  });
  if (zone === undefined || hasErrors(issues)) return { kind: "refused", issues };
  const prepared =
    zone.secondary === undefined ? prepareOrExplain(zone, geo) : prepareUnavailable(zone);
  if (typeof prepared === "string") {
    const tooLarge = createFileIssue(job.file, "error", prepared);
    return { kind: "refused", issues: [...issues, tooLarge] };
  }
  return {
    kind: "loaded",
    prepared,
    digest: isMasterFile(job.file)
      ? createHash("sha256").update(Buffer.from(prepared.compiled.segment)).digest("hex")
      : undefined,
    hash: hashOf(octets, parts.contents()),
    warnings: issues,
    lost: job.before && findLostNames(job.before, prepared.compiled.segment),
    uncopied: isCopied ? undefined : packCopy(job.file, octets, parts.contents()),
  };
}

/** @returns why it cannot be served, if it is too large */
function prepareOrExplain(zone: Zone, { table, version }: LoadGeo): PreparedZone | string {
  try {
    return prepareZone(zone, table, version);
  } catch (error) {
    if (!(error instanceof ImageTooLargeError)) throw error;
    const name = formatName(zone.apex);
    return `Zone ${name} ${error.message}; divide it into several zones, each in a file of its own and delegated to with NS records`;
  }
}

/** Equal for equal content of the zone file and of all its parts. */
function hashOf(octets: Uint8Array, parts: readonly Part[]): string {
  const hash = createHash("sha256").update(octets);
  for (const part of parts)
    hash.update(`\0${part.file}\0${part.octets.length}\0`).update(part.octets);
  return hash.digest("hex");
}

/**
 * The time that an automatic serial is made of: the file's own, but later than that of another content served before.
 */
function serialTime(job: LoadJob, changedAt: number, isCopied: boolean): number {
  if (isCopied && job.copy !== undefined) return job.copy.serial;
  return job.previousSerial === undefined ? changedAt : Math.max(changedAt, job.previousSerial + 1);
}

function refuse(file: string, message: string): LoadResult {
  return { kind: "refused", issues: [createFileIssue(file, "error", message)], parts: [] };
}

function isInCopy({ copy }: LoadJob, octets: Uint8Array): boolean {
  if (copy === undefined) return false;
  const read = readZoneFile(copy.path, MAX_COPY_OCTETS);
  return read.kind === "content" && read.octets.equals(octets);
}
