/**
 * What every zone file holds, kept up to date by jobs for the load workers.
 */
import { createFileIssue, type Issue } from "../config/issue.ts";
import { formatName } from "../wire/name.ts";
import { forEachParallel } from "./for-each-parallel.ts";
import type { Copy } from "./last-good.ts";
import type { LoadJob, LoadResult } from "./load-zone-file.ts";
import type { LostNames } from "./mass-change.ts";
import type { PartState } from "./part-files.ts";
import type { FileState, LoadedZone } from "./resolve-zones.ts";
import type { JobOutcome, WorkerPool } from "./worker-pool.ts";
import type { ZoneFileStat } from "./zone-folder.ts";

/** A file's state, with what the next load and the last good copy need. */
export interface OwnedFile extends FileState {
  claim: LoadedZone | undefined;
  isGone: boolean;
  errors: readonly Issue[];
  massChangeOf: string | undefined;
  /** Hash of the content that `claim` was made of, and the paths of the files it drew in. */
  hash: string | undefined;
  hashedParts: readonly string[];
  /** Paths of the files that the present content draws in, good or bad. */
  parts: readonly PartState[];
  /** Content of `claim` that has no copy yet. */
  uncopied: Uint8Array | undefined;
}

export interface LoadRequest {
  readonly look: ZoneFileStat;
  /** The folder that no file it draws in may lie outside of. */
  readonly root: string;
  /** Whether it is a last good copy itself. */
  readonly isCopy?: boolean;
  /** Whether it must be in the state that was looked at: a state that is known to be whole. */
  readonly isExact: boolean;
  /** The state of a part that is known to be whole; undefined: all are taken as they are. */
  readonly settledPart?: (path: string) => string | undefined;
  /** The last good copy; asked for only when the file's turn has come. */
  readonly findCopy?: () => Promise<Copy | undefined>;
}

/** By path. */
export type OwnedFiles = Map<string, OwnedFile>;

/** What a load has to do with the zones that are served. */
export interface ServedState {
  /** The serial that a zone is served with. */
  serialOf(zone: string): number | undefined;
  /** The segment that a zone is served from. */
  segmentOf(zone: string): SharedArrayBuffer | undefined;
  /** What is against serving this in place of what is; empty if nothing is. */
  findObjections(zone: LoadedZone, comparison: Comparison | undefined): readonly Issue[];
  /** What is to be said of it as a change of what is served. */
  findRemarks(zone: LoadedZone): readonly Issue[];
}

/** What a zone would lose against a segment, as the thread that loaded it has found. */
export interface Comparison {
  readonly segment: SharedArrayBuffer;
  readonly lost: LostNames;
}

/** Nothing is served yet. */
export const NOTHING_SERVED: ServedState = {
  serialOf: () => undefined,
  segmentOf: () => undefined,
  findObjections: () => [],
  findRemarks: () => [],
};

export type LoadPool = Pick<WorkerPool<LoadJob, LoadResult>, "run">;

/** A small file may import a large one. */
const DEADLINE_MS = 30_000;
const DEADLINE_PER_MIB_MS = 5_000;
/** Enough that no worker waits for its next job. */
const PARALLEL_LOADS = 8;
/** Tries at a file that changes while it is read. */
const MAX_TRIES = 3;

/**
 * Loads files and takes the results into their states.
 */
export async function loadAll(
  pool: LoadPool,
  files: OwnedFiles,
  requests: readonly LoadRequest[],
  served: ServedState,
): Promise<void> {
  await forEachParallel(requests, PARALLEL_LOADS, (request) =>
    loadFile(pool, ownedFile(files, request.look.path), request, served),
  );
}

/** The state of the file at a path; an empty one if it is new. */
export function ownedFile(files: OwnedFiles, path: string): OwnedFile {
  let file = files.get(path);
  if (file === undefined) {
    file = createOwnedFile(path);
    files.set(path, file);
  }
  return file;
}

export function createOwnedFile(file: string): OwnedFile {
  return {
    file,
    claim: undefined,
    isGone: false,
    errors: [],
    massChangeOf: undefined,
    hash: undefined,
    hashedParts: [],
    parts: [],
    uncopied: undefined,
  };
}

async function loadFile(
  pool: LoadPool,
  state: OwnedFile,
  request: LoadRequest,
  served: ServedState,
): Promise<void> {
  const { look } = request;
  if (look.refusal !== undefined) {
    refuse(state, [createFileIssue(state.file, "error", `Not read: ${look.refusal}`)]);
    return;
  }
  const copy = await request.findCopy?.();
  const job: LoadJob = {
    path: look.path,
    file: state.file,
    fingerprint: request.isExact ? look.fingerprint : undefined,
    isCopy: request.isCopy ?? false,
    root: request.root,
    knownHash: state.hash,
    knownParts: state.hashedParts,
    previousSerial: state.claim?.prepared.zone.serial ?? copy?.serial,
    before: state.claim && served.segmentOf(state.claim.name),
    copy,
  };
  const deadlineMs = deadlineFor(look.size);
  let outcome = await pool.run(job, deadlineMs);
  for (let tries = 1; !request.isExact && isUnstable(outcome) && tries < MAX_TRIES; tries += 1) {
    outcome = await pool.run(job, deadlineMs);
  }
  const previousSerial = findHigherSerial(outcome, job, served);
  if (previousSerial !== undefined) {
    outcome = await pool.run({ ...job, previousSerial }, deadlineMs);
  }
  noteParts(state, outcome);
  if (isUnstable(outcome) || hasUnsettledPart(outcome, request)) {
    // What is half written is read when it is quiet; until then the file is as good or bad as it was.
    if (state.claim !== undefined || request.isExact) return;
    outcome = { kind: "failed", reason: "it changes while it is being read" };
  }
  takeOutcome(state, outcome, "file", warningsAbout(state.file, look), served, job.before);
}

/** Loads the last good copy in place of a file that is bad; the file's errors stay. False if the copy is bad, too. */
export async function loadCopy(pool: LoadPool, state: OwnedFile, copy: Copy): Promise<boolean> {
  const { errors } = state;
  const job: LoadJob = {
    path: copy.path,
    file: state.file,
    fingerprint: undefined,
    isCopy: true,
    root: "",
    knownHash: undefined,
    knownParts: [],
    previousSerial: copy.serial,
    before: undefined,
    copy,
  };
  takeOutcome(state, await pool.run(job, deadlineFor(0)), "copy", [], NOTHING_SERVED);
  state.errors = errors;
  return state.claim !== undefined;
}

/** A zone that moved here from a file with a higher serial must go on from that one. */
function findHigherSerial(
  outcome: JobOutcome<LoadResult>,
  job: LoadJob,
  { serialOf }: ServedState,
): number | undefined {
  if (outcome.kind === "failed" || outcome.result.kind !== "loaded") return undefined;
  const { zone } = outcome.result.prepared;
  const served = serialOf(formatName(zone.apex));
  const isHigher = served !== undefined && served >= zone.serial && served !== job.previousSerial;
  return isHigher ? served : undefined;
}

function takeOutcome(
  state: OwnedFile,
  outcome: JobOutcome<LoadResult>,
  origin: LoadedZone["origin"],
  warnings: readonly Issue[],
  served: ServedState,
  segment?: SharedArrayBuffer,
): void {
  if (outcome.kind === "failed") {
    refuse(state, [createFileIssue(state.file, "error", `Loading failed: ${outcome.reason}`)]);
    return;
  }
  const { result } = outcome;
  refuse(state, result.kind === "refused" ? result.issues : []);
  if (result.kind !== "loaded") return;
  const claim: LoadedZone = {
    name: formatName(result.prepared.zone.apex),
    file: state.file,
    prepared: result.prepared,
    digest: result.digest,
    origin,
    warnings: [...warnings, ...result.warnings],
  };
  const { lost } = result;
  const objections = served.findObjections(claim, segment && lost && { segment, lost });
  if (objections.length > 0) {
    // As if it had not been read: the next reload looks at it again.
    refuse(state, objections);
    state.massChangeOf = claim.name;
    return;
  }
  state.hash = result.hash;
  state.hashedParts = result.parts.map(({ path }) => path);
  state.uncopied = result.uncopied;
  const remarks = served.findRemarks(claim);
  state.claim = { ...claim, warnings: [...claim.warnings, ...remarks] };
}

/** Notes the errors of the present content, if any; the last good one stays. */
function refuse(state: OwnedFile, errors: readonly Issue[]): void {
  state.isGone = false;
  state.errors = errors;
  state.massChangeOf = undefined;
}

function warningsAbout(file: string, look: ZoneFileStat): Issue[] {
  if (!look.isWritableByOthers) return [];
  return [createFileIssue(file, "warning", "Others than its owner may write this file")];
}

function isUnstable(outcome: JobOutcome<LoadResult>): boolean {
  return outcome.kind === "done" && outcome.result.kind === "unstable";
}

/** A file that was not read at all draws in what it did before, as far as anybody knows. */
function noteParts(state: OwnedFile, outcome: JobOutcome<LoadResult>): void {
  if (outcome.kind === "failed") return;
  const { kind, parts } = outcome.result;
  if (kind !== "unstable" || parts.length > 0) state.parts = parts;
}

/** Whether a part was in another state than the one that is known to be whole. */
function hasUnsettledPart(outcome: JobOutcome<LoadResult>, { settledPart }: LoadRequest): boolean {
  if (settledPart === undefined || outcome.kind === "failed") return false;
  return outcome.result.parts.some(
    // One that could not be read is an error all the same.
    ({ path, fingerprint }) => fingerprint !== undefined && fingerprint !== settledPart(path),
  );
}

/**
 * How long a job for a file may take, in milliseconds.
 *
 * @param size in octets
 */
export function deadlineFor(size: number): number {
  return DEADLINE_MS + Math.ceil(size / (1 << 20)) * DEADLINE_PER_MIB_MS;
}
