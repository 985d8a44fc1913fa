import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../log/log.ts";
import { isRunning } from "./is-running.ts";

/**
 * Names under which this server writes files of the state folder until they are whole, with the number of the writer. The
 * folders in it are looked after by those who write there.
 */
const HALF_WRITTEN =
  /^(?:(?:catalog|health|overrides|resolved|steering)\.json\.(\d+)\.tmp|geo-cache\.(\d+)\.new)$/;

/** Longer than any file is being written without a change. */
const WRITING_MS = 60_000;

/**
 * Removes what processes that were killed have left half-written in the state folder. To be called before anything is
 * written there: what has the number of this process is another's, too. In a container that is one before it, or one in
 * another container that is about to end, and is writing: what has just changed stays, and is written over or removed later.
 */
export function removeLeftovers(stateDirectory: string, log: Log): void {
  const files = list(stateDirectory).filter((name) => {
    const [, ...writers] = HALF_WRITTEN.exec(name) ?? [];
    const writer = writers.find((one) => one !== undefined);
    if (writer === undefined) return false;
    if (Number(writer) !== process.pid) return !isRunning(Number(writer));
    return !hasJustChanged(join(stateDirectory, name));
  });
  const removed = files.filter((name) => remove(join(stateDirectory, name), log));
  if (removed.length > 0) log.info({ files: removed }, "removed what a killed process left");
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It cannot be made, which has been said.
    return [];
  }
}

function hasJustChanged(file: string): boolean {
  try {
    return Math.abs(Date.now() - lstatSync(file).mtimeMs) < WRITING_MS;
  } catch {
    // Nor can it be removed, which says why.
    return false;
  }
}

function remove(file: string, log: Log): boolean {
  try {
    if (!lstatSync(file).isFile()) return false;
    rmSync(file);
    return true;
  } catch (err) {
    log.warn({ err, file }, "Cannot remove what a killed process left");
    return false;
  }
}
