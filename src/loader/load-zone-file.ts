/**
 * One zone file from disk to a compiled zone: what a load worker does for each job. Synchronous; never throws for what
 * a file may hold.
 */
import { createHash } from "node:crypto";
import { createFileIssue, hasErrors, type Issue } from "../config/issue.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { loadZone } from "../zone/load-zone.ts";
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
  /** The state that is expected; another one is not read, for nobody has seen it be quiet. Undefined: any. */
  readonly fingerprint: string | undefined;
  /** Hash of the content that is loaded already. */
  readonly knownHash: string | undefined;
  /** Serial in use for the zone. */
  readonly previousSerial: number | undefined;
  /** The last good copy and the serial it was served with: a file equal to it keeps that serial. */
  readonly copy: { readonly path: string; readonly serial: number } | undefined;
}

export type LoadResult =
  | {
      readonly kind: "loaded";
      readonly prepared: PreparedZone;
      readonly hash: string;
      readonly warnings: readonly Issue[];
      /** The file's content if the last good copy holds another. */
      readonly uncopied: Uint8Array | undefined;
    }
  | { readonly kind: "unchanged" }
  /** It changed meanwhile; it will be looked at again. */
  | { readonly kind: "unstable" }
  | { readonly kind: "refused"; readonly issues: readonly Issue[] };

export function loadZoneFile(
  job: LoadJob,
  { geo, hasReferences, knowsAsns }: LoadSettings,
): LoadResult {
  const read = readZoneFile(job.path);
  if (read.kind === "unstable") return read;
  if (read.kind === "refused") return refuse(job.file, `Not read: ${read.reason}`);
  if (job.fingerprint !== undefined && job.fingerprint !== read.fingerprint) {
    return { kind: "unstable" };
  }
  const hash = createHash("sha256").update(read.octets).digest("hex");
  if (hash === job.knownHash) return { kind: "unchanged" };
  const text = decode(read.octets);
  if (text === undefined) return refuse(job.file, "Not read: it is not UTF-8 text");

  const isCopied = job.copy !== undefined && hasContent(job.copy.path, read.octets);
  const { zone, issues } = loadZone(text, {
    file: job.file,
    changedAt: serialTime(job, read.changedAt, isCopied),
    previousSerial: job.previousSerial,
    references: hasReferences,
    knowsAsns,
  });
  if (zone === undefined || hasErrors(issues)) return { kind: "refused", issues };
  return {
    kind: "loaded",
    prepared:
      zone.secondary === undefined
        ? prepareZone(zone, geo.table, geo.version)
        : prepareUnavailable(zone),
    hash,
    warnings: issues,
    uncopied: isCopied ? undefined : read.octets,
  };
}

/**
 * The time that an automatic serial is made of: the file's own, but later than that of another content served before.
 */
function serialTime(job: LoadJob, changedAt: number, isCopied: boolean): number {
  if (isCopied && job.copy !== undefined) return job.copy.serial;
  return job.previousSerial === undefined ? changedAt : Math.max(changedAt, job.previousSerial + 1);
}

function refuse(file: string, message: string): LoadResult {
  return { kind: "refused", issues: [createFileIssue(file, "error", message)] };
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function hasContent(path: string, octets: Buffer): boolean {
  const read = readZoneFile(path);
  return read.kind === "content" && read.octets.equals(octets);
}
