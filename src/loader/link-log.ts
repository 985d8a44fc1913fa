import type { Log } from "../log/log.ts";

/** A folder of them must not fill the disk with log lines. */
const MAX_LINES = 100;

/** Takes in which zone files are symbolic links to nothing now; each is told of once, until it has been something else. */
export type LinkLog = (paths: readonly string[]) => void;

export function createLinkLog(log: Log): LinkLog {
  let known = new Set<string>();
  return (paths) => {
    const fresh = paths.filter((path) => !known.has(path));
    for (const file of fresh.slice(0, MAX_LINES)) {
      log.warn({ file }, "Zone file is a symbolic link to what is not there: it is skipped");
    }
    if (fresh.length > MAX_LINES) {
      log.warn(
        { count: fresh.length - MAX_LINES },
        "More zone files are symbolic links to what is not there",
      );
    }
    known = new Set(paths);
  };
}
