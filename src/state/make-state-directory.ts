import { mkdirSync } from "node:fs";
import type { Log } from "../log/log.ts";

/** A disk that cannot be written to keeps nobody from getting an answer. */
export function makeStateDirectory(path: string, log: Log): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (err) {
    log.warn({ err, path }, "the state folder cannot be made: nothing will outlive a restart");
  }
}
