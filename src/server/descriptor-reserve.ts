import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";

/** Descriptors that should be left for probes, files and the admin interface. */
const RESERVE = 8;

/** Can the process open as many descriptors more as anything in it may want at once? */
export function hasSpareDescriptors(): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < RESERVE) opened.push(openSync(devNull, "r"));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "EMFILE" && code !== "ENFILE";
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
