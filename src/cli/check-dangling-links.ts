import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createFileIssue, type Issue } from "../config/issue.ts";
import { isZoneFileName } from "../loader/zone-folder.ts";

/** Warns of zone files of a folder that are symbolic links to nothing: they are skipped, as what has been removed. */
export function checkDanglingLinks(folder: string): Issue[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink() && isZoneFileName(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    // Told of by who reads the zones.
    return [];
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    if (existsSync(path)) return [];
    const message = `Not read: it is a symbolic link to ${readlinkSync(path)}, which is not there; remove it, or put the file there`;
    return [createFileIssue(path, "warning", message)];
  });
}
