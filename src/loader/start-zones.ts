/**
 * The first load: every file, and the last good copy where a file is bad.
 */

import { createFileIssue, type Issue, renderIssues } from "../config/issue.ts";
import type { ZoneSource } from "../config/server-file.ts";
import { MAX_COPY_OCTETS } from "./copy-content.ts";
import {
  createOwnedFile,
  type LoadPool,
  loadAll,
  loadCopy,
  NOTHING_SERVED,
  type OwnedFiles,
  ownedFile,
  type ServedState,
} from "./file-loads.ts";
import type { LastGood } from "./last-good.ts";
import { findMassChanges } from "./mass-change.ts";
import { type LoadedZone, type ResolvedZones, resolveZones } from "./resolve-zones.ts";
import { folderOf, listZoneFiles, sourceName, type ZoneFileStat } from "./zone-folder.ts";

/** No start: some files are bad and have no last good copy. */
export class ZoneLoadError extends Error {
  override readonly name = "ZoneLoadError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(`Cannot load the zones:\n${renderIssues(issues)}`);
    this.issues = issues;
  }
}

export interface StartedZones {
  /** The files in the state they were loaded in. */
  readonly looks: readonly ZoneFileStat[];
  readonly files: OwnedFiles;
  readonly resolved: ResolvedZones;
  /** Files that lose much of what was served before: an operator who starts the server may mean it. */
  readonly massChanges: readonly Issue[];
}

/**
 * Loads everything once.
 *
 * @param served what runs elsewhere while this is only looked at
 * @param areCopies whether the files are last good copies
 * @throws ZoneLoadError if the folder cannot be listed; with `lastGood`, also if a file is bad and has no copy, with the
 *   issues of every such file
 */
export async function startZones(
  source: ZoneSource,
  pool: LoadPool,
  lastGood: LastGood | undefined,
  served: ServedState = NOTHING_SERVED,
  areCopies = false,
): Promise<StartedZones> {
  const most = areCopies ? MAX_COPY_OCTETS : undefined;
  const looks = await listZoneFiles(source, most).catch((error: Error) => {
    throw new ZoneLoadError([createFileIssue(sourceName(source), "error", error.message)]);
  });
  const files: OwnedFiles = new Map();
  markMissing(source, looks, files);
  const requests = looks.map((look) => ({
    look,
    root: folderOf(source, look.path),
    isCopy: areCopies,
    isExact: false,
    ...(lastGood === undefined ? {} : { findCopy: () => lastGood.find(look.path) }),
  }));
  await loadAll(pool, files, requests, served);
  if (lastGood === undefined) {
    return { looks, files, resolved: resolveZones(files.values(), new Map()), massChanges: [] };
  }
  const massChanges = await compareWithCopies(files, pool, lastGood);
  await replaceBad(files, pool, lastGood);

  const resolved = await settleRivals(files, pool, lastGood);
  const fatal = resolved.problems.filter((problem) => problem.zone === undefined);
  if (fatal.length > 0) throw new ZoneLoadError(fatal.flatMap((problem) => problem.issues));
  return { looks, files, resolved, massChanges };
}

/** A file that the operator named must be there; one of a folder is simply not listed. */
function markMissing(source: ZoneSource, looks: readonly ZoneFileStat[], files: OwnedFiles): void {
  if (source.kind === "folder") return;
  const present = new Set(looks.map((look) => look.path));
  for (const path of source.paths) {
    if (present.has(path)) continue;
    ownedFile(files, path).errors = [createFileIssue(path, "error", "No such file")];
  }
}

async function replaceBad(files: OwnedFiles, pool: LoadPool, lastGood: LastGood): Promise<void> {
  for (const file of files.values()) {
    if (file.errors.length === 0) continue;
    const copy = await lastGood.find(file.file);
    if (copy !== undefined) await loadCopy(pool, file, copy);
  }
}

/** Only of files whose copy holds something else. */
async function compareWithCopies(
  files: OwnedFiles,
  pool: LoadPool,
  lastGood: LastGood,
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const { file, claim, uncopied } of files.values()) {
    if (claim === undefined || uncopied === undefined) continue;
    const earlier = await loadEarlier(file, pool, lastGood);
    if (earlier?.name !== claim.name) continue;
    for (const change of findMassChanges(earlier.prepared, claim.prepared)) {
      issues.push(createFileIssue(file, "warning", `Against what was served before, ${change}`));
    }
  }
  return issues;
}

/** A zone of several files is served from the copy of the one that had it before, if exactly one did. */
async function settleRivals(
  files: OwnedFiles,
  pool: LoadPool,
  lastGood: LastGood,
): Promise<ResolvedZones> {
  const first = resolveZones(files.values(), new Map());
  const contested = first.problems.filter((problem) => problem.kind === "duplicate");
  if (contested.length === 0) return first;
  const earlier = new Map<string, LoadedZone[]>();
  for (const { file } of contested) {
    const zone = await loadEarlier(file, pool, lastGood);
    if (zone === undefined || zone.name !== files.get(file)?.claim?.name) continue;
    earlier.set(zone.name, [...(earlier.get(zone.name) ?? []), zone]);
  }
  const served = new Map(
    [...earlier].flatMap(([name, zones]) => (zones.length === 1 ? [[name, zones[0]!]] : [])),
  );
  return resolveZones(files.values(), served);
}

async function loadEarlier(
  path: string,
  pool: LoadPool,
  lastGood: LastGood,
): Promise<LoadedZone | undefined> {
  const copy = await lastGood.find(path);
  if (copy === undefined) return undefined;
  const file = createOwnedFile(path);
  await loadCopy(pool, file, copy);
  return file.claim;
}
