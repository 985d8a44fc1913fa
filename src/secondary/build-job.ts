/**
 * From what a primary sent, or what the state folder has, to a zone that can be served: what a build worker does for each
 * job. Synchronous; never throws for what comes from outside.
 */

import { readFileSync } from "node:fs";
import { ImageTooLargeError } from "../image/image-too-large-error.ts";
import { listRRsets } from "../image/list-rrsets.ts";
import { prepareStatic } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { readSoa } from "../rdata/soa.ts";
import { TYPE_SOA } from "../wire/rr-types.ts";
import { CrowdedNamesError, NameTable } from "../zone/master/name-table.ts";
import type { Zone } from "../zone/model.ts";
import { tabulateRRsets } from "../zone/tabulate-rrsets.ts";
import { checkContent } from "./check-content.ts";
import { decodeState, encodeState, type StateContent } from "./encode-state.ts";
import { readFrames } from "./frame-blocks.ts";
import { ageAtPrimary } from "./refresh-times.ts";
import { writeStateFile } from "./state-files.ts";
import { takeTransfer } from "./take-transfer.ts";
import { ZoneContent } from "./zone-content.ts";

export type BuildJob =
  | {
      readonly kind: "keep";
      readonly zone: Zone;
      readonly stateFile: string;
      /** What is served of it. */
      readonly segment: SharedArrayBuffer;
      /** As of when it is what the first primary has, in seconds since 1970. */
      readonly freshAt: number;
    }
  | {
      readonly kind: "restore";
      /** As its file has it: apex and source. */
      readonly zone: Zone;
      readonly stateFile: string;
    }
  | {
      readonly kind: "transfer";
      readonly zone: Zone;
      readonly stateFile: string;
      /** See `TransferAnswer`. */
      readonly blocks: readonly Uint8Array[];
      /** The serial that changes were asked from; undefined: the whole zone was. */
      readonly ownSerial: number | undefined;
      readonly isIncremental: boolean;
      /** Seconds since 1970. */
      readonly receivedAt: number;
      /** See `Version`. */
      readonly expire: number | undefined;
    };

export type BuildResult =
  /** What is served of a zone was to be kept. */
  | {
      readonly kind: "kept";
      /** Why it could not be. */
      readonly unsaved: string | undefined;
    }
  | {
      readonly kind: "built";
      readonly prepared: PreparedZone;
      /** Rdata of its SOA. */
      readonly soa: Uint8Array;
      /** As of when it is what the first primary has, in seconds since 1970. */
      readonly freshAt: number;
      readonly warnings: readonly string[];
      /** Why it could not be kept: a restart will not have it. */
      readonly unsaved: string | undefined;
    }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** Whether it is the changes that are of no use, and the whole zone may be. */
      readonly isWholeWanted: boolean;
    }
  /** Nothing was kept of the zone. */
  | { readonly kind: "missing" };

export function runBuildJob(job: BuildJob): BuildResult {
  try {
    return run(job);
  } catch (error) {
    if (error instanceof CrowdedNamesError) return refuse(error.message, false);
    if (error instanceof ImageTooLargeError) return refuse(`it ${error.message}`, false);
    throw error;
  }
}

function run(job: BuildJob): BuildResult {
  if (job.kind === "keep") return keep(job);
  if (job.kind === "restore") {
    const found = readState(job);
    if (found === undefined) return { kind: "missing" };
    return typeof found === "string" ? refuse(found, false) : build(job, found, false);
  }
  const { zone, blocks, ownSerial, isIncremental, receivedAt, expire } = job;
  let content = new ZoneContent();
  if (isIncremental) {
    const found = readState(job);
    if (typeof found !== "object") {
      return refuse(`what the changes are to is not there: ${found ?? "no file"}`, true);
    }
    ({ content } = found);
    const soa = content.findSoa();
    if (soa === undefined || readSoa(soa).serial !== ownSerial) {
      return refuse("what was kept is not what the changes are to", true);
    }
  }
  const problem = takeTransfer(readFrames(blocks), zone.apex, ownSerial, content);
  if (problem !== undefined) return refuse(problem, ownSerial !== undefined);
  const soa = content.findSoa();
  const age = soa === undefined ? 0 : ageAtPrimary(readSoa(soa), expire);
  return build(job, { content, freshAt: receivedAt - age }, true);
}

function build(job: BuildJob, { content, freshAt }: StateContent, isNew: boolean): BuildResult {
  const { zone, stateFile } = job;
  const rrsets = content.gather();
  const { problem, warnings } = checkContent(zone.apex, rrsets);
  if (problem !== undefined) return refuse(problem, job.kind === "transfer" && job.isIncremental);
  const soa = content.findSoa()!.slice();
  const { serial, minimum } = readSoa(soa);
  const { owners } = rrsets.table;
  const ttl = rrsets.ttlOf(rrsets.find(owners.numberOf(zone.apex), TYPE_SOA));
  const negativeTtl = Math.min(ttl, minimum);
  return {
    kind: "built",
    prepared: prepareStatic({ ...zone, table: rrsets, serial, negativeTtl }),
    soa,
    freshAt,
    warnings,
    unsaved: isNew
      ? writeStateFile(stateFile, encodeState(zone.apex, rrsets, freshAt), freshAt)
      : undefined,
  };
}

function keep({
  zone,
  stateFile,
  segment,
  freshAt,
}: Extract<BuildJob, { readonly kind: "keep" }>): BuildResult {
  const rrsets = tabulateRRsets(listRRsets(segment, zone.apex), new NameTable());
  const octets = encodeState(zone.apex, rrsets, freshAt);
  return { kind: "kept", unsaved: writeStateFile(stateFile, octets, freshAt) };
}

/** What was kept; a string: why it is of no use; undefined: nothing was. */
function readState({ stateFile, zone }: BuildJob): StateContent | string | undefined {
  try {
    return decodeState(readFileSync(stateFile), zone.apex);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : message;
  }
}

function refuse(reason: string, isWholeWanted: boolean): BuildResult {
  return { kind: "refused", reason, isWholeWanted };
}
