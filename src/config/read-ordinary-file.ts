import { readFileSync, statSync } from "node:fs";

/** Reads a text file. Throws for anything but an ordinary one, too: a pipe would be waited for for ever. */
export function readOrdinaryFile(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no ordinary file`);
  return readFileSync(path, "utf8");
}
