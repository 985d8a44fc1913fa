import { readFileSync } from "node:fs";
import { createFileIssue, type Issue } from "../config/issue.ts";
import type { NamedFile } from "../config/server/named-files.ts";
import {
  DEFAULT_SERVER_SETTINGS,
  readServerFile,
  type ServerSettings,
} from "../config/server-file.ts";

/**
 * The settings of the server file, the defaults if none is named; undefined if the file is bad.
 *
 * @param findProblem as of `readServerFile()`
 */
export function readSettings(
  config: string | undefined,
  findProblem?: (file: NamedFile) => string | undefined,
): {
  readonly settings: ServerSettings | undefined;
  readonly issues: readonly Issue[];
} {
  if (config === undefined) return { settings: DEFAULT_SERVER_SETTINGS, issues: [] };
  let source: string;
  try {
    source = readFileSync(config, "utf8");
  } catch (error) {
    const message = `Not read: it cannot be opened: ${(error as Error).message}`;
    return { settings: undefined, issues: [createFileIssue(config, "error", message)] };
  }
  return readServerFile(source, config, findProblem);
}
