/**
 * Last good copies that could not be written, say because the disk was full: tried again until they can, for a zone file may
 * be good for years and then be bad on the day of a restart.
 */
import type { ZoneSource } from "../config/server-file.ts";
import { deadlineFor, type LoadPool, type OwnedFile, type OwnedFiles } from "./file-loads.ts";
import { forEachParallel } from "./for-each-parallel.ts";
import type { LastGood } from "./last-good.ts";
import type { LoadedZone } from "./resolve-zones.ts";
import { folderOf, limitFor } from "./zone-folder.ts";

/** As many as there are load workers, and some that wait. */
const PARALLEL_READS = 8;

export interface MissingCopies {
  readonly pool: LoadPool;
  readonly files: OwnedFiles;
  readonly lastGood: Pick<LastGood, "missing" | "remove" | "settle">;
  readonly source: ZoneSource;
  /** Stores what is `uncopied` of all files. */
  readonly store: () => void;
  /** By name. */
  readonly served: () => ReadonlyMap<string, LoadedZone>;
}

/**
 * Reads again the files that have no copy, those that still hold what is served of them, and stores it: one of them first, and
 * the others only if that was written, so that a disk which stays full costs nothing.
 */
export async function storeMissingCopies(options: MissingCopies): Promise<void> {
  const { lastGood, store } = options;
  for (const path of lastGood.missing()) {
    if (isOver(path, options)) lastGood.remove(path);
  }
  await lastGood.settle();
  const paths = lastGood.missing();
  let next = 0;
  while (next < paths.length && !(await readAgain(paths[next] ?? "", options))) next += 1;
  store();
  await lastGood.settle();
  if (next === paths.length || lastGood.missing().includes(paths[next] ?? "")) return;
  await forEachParallel(paths.slice(next + 1), PARALLEL_READS, async (path) => {
    await readAgain(path, options);
  });
  store();
}

/** Whether a file is gone, and nothing that came of it is served. */
function isOver(path: string, { files, served }: MissingCopies): boolean {
  const file = files.get(path);
  if (file?.claim === undefined) return file?.isGone !== false;
  return file.isGone && served().get(file.claim.name) !== file.claim;
}

/** False if the file holds something else by now, or nothing. */
async function readAgain(path: string, { pool, files, source }: MissingCopies): Promise<boolean> {
  const file = files.get(path);
  if (file?.claim === undefined || file.hash === undefined) return false;
  const { hash } = file;
  const outcome = await pool.run(jobFor(file, hash, source), deadlineFor(limitFor(path)));
  if (outcome.kind === "failed" || outcome.result.kind !== "unchanged") return false;
  file.uncopied = outcome.result.uncopied;
  return true;
}

function jobFor(
  { file, hashedParts }: OwnedFile,
  knownHash: string,
  source: ZoneSource,
): Parameters<LoadPool["run"]>[0] {
  return {
    path: file,
    file,
    isCopy: false,
    root: folderOf(source, file),
    fingerprint: undefined,
    knownHash,
    knownParts: hashedParts,
    wantsCopy: true,
    previousSerial: undefined,
    before: undefined,
    copy: undefined,
  };
}
