import type { FileState, LoadedZone } from "./resolve-zones.ts";

/** What becomes of the zones that an operator wants out of service. */
export interface Removal {
  /** Served until now, and defined by no file any more. */
  readonly removed: readonly LoadedZone[];
  readonly kept: readonly KeptZone[];
}

export interface KeptZone {
  /** Its apex in presentation form. */
  readonly zone: string;
  /** Why it is not removed, and what to do about it. */
  readonly reason: string;
}

/**
 * Sorts out which zones can go: a file that is still there would bring its zone back at the next look.
 *
 * @param names apexes in presentation form, lower case
 */
export function planRemoval(
  names: Iterable<string>,
  files: Iterable<FileState>,
  served: ReadonlyMap<string, LoadedZone>,
): Removal {
  const sources = new Map<string, FileState>();
  for (const file of files) {
    if (file.isGone) continue;
    for (const name of [file.claim?.name, file.massChangeOf]) {
      if (name !== undefined) sources.set(name, file);
    }
  }
  const removed: LoadedZone[] = [];
  const kept: KeptZone[] = [];
  for (const name of new Set(names)) {
    const zone = served.get(name);
    const source = sources.get(name);
    if (zone === undefined) kept.push({ zone: name, reason: "it is not served" });
    else if (source === undefined) removed.push(zone);
    else kept.push({ zone: name, reason: explainSource(source) });
  }
  return { removed, kept };
}

function explainSource({ file, errors }: FileState): string {
  return errors.length > 0
    ? `its file ${file} is still there, though refused: delete the file first`
    : `${file} still defines it: delete the file first`;
}
