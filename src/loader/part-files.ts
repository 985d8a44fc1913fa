/**
 * The files that a zone file draws in, read from disk or from its last good copy. None is read that lies outside of the
 * folder, by its name or by a symbolic link: who may write a zone file may not show other files of the machine that way.
 */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { MAX_MASTER_OCTETS } from "../zone/master/master-file.ts";
import type { Part, PartReader } from "../zone/part-reader.ts";
import type { CopyContent } from "./copy-content.ts";
import { readZoneFile } from "./read-zone-file.ts";

/** What a part looked like when it was read. */
export interface PartState {
  /** As messages call it: relative to the same folder as the zone file's own path. */
  readonly path: string;
  /** See `ZoneFileStat.fingerprint`; undefined if it could not be read. */
  readonly fingerprint: string | undefined;
}

export interface PartFiles extends PartReader {
  /** The parts read until now, in the order of their first use. */
  states(): readonly PartState[];
  /** Their content, as far as it could be read. */
  contents(): readonly Part[];
  /** Seconds since 1970 of the last change of any of them; 0 without one. */
  changedAt(): number;
  /** Whether one changed while it was read. */
  isUnstable(): boolean;
}

interface PartRead {
  readonly content: Part | string;
  readonly fingerprint: string | undefined;
  readonly changedAt: number;
}

/**
 * @param file the zone file
 * @param root the folder that no part may lie outside of
 * @param copy a last good copy that has all parts in it; undefined: they are read from disk
 */
export function createPartFiles(
  file: string,
  root: string,
  copy: CopyContent | undefined,
): PartFiles {
  const known = new Map<string, PartRead>();
  let unstable = false;

  function readPart(path: string): PartRead {
    if (copy !== undefined) {
      const octets = copy.parts.get(relative(dirname(file), path));
      const content = octets === undefined ? "the last good copy lacks it" : { file: path, octets };
      return { content, fingerprint: undefined, changedAt: 0 };
    }
    const refusal = findRefusal(path, root);
    if (refusal !== undefined) return { content: refusal, fingerprint: undefined, changedAt: 0 };
    const read = readZoneFile(path, MAX_MASTER_OCTETS);
    if (read.kind === "content") {
      const { octets, fingerprint, changedAt } = read;
      return { content: { file: path, octets }, fingerprint, changedAt };
    }
    if (read.kind === "unstable") unstable = true;
    const content = read.kind === "unstable" ? "it changes while it is being read" : read.reason;
    return { content, fingerprint: undefined, changedAt: 0 };
  }

  return {
    read(name, from) {
      // One path for one file, however it is written.
      const path = isAbsolute(name) ? join(root, relative(root, name)) : join(dirname(from), name);
      let read = known.get(path);
      if (read === undefined) {
        read = readPart(path);
        known.set(path, read);
      }
      return read.content;
    },
    states: () => [...known].map(([path, { fingerprint }]) => ({ path, fingerprint })),
    contents: () =>
      [...known.values()].flatMap(({ content }) => (typeof content === "string" ? [] : [content])),
    changedAt: () => Math.max(0, ...[...known.values()].map(({ changedAt }) => changedAt)),
    isUnstable: () => unstable,
  };
}

/** Why a path may not be read; undefined if it may. */
function findRefusal(path: string, root: string): string | undefined {
  if (!isWithin(resolve(root), resolve(path))) return `it lies outside of the folder ${root}`;
  try {
    const target = realpathSync(path);
    if (isWithin(realpathSync(root), target)) return undefined;
    return `it is a symbolic link to ${target}, outside of the folder ${root}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? `there is no file ${path}`
      : `it cannot be looked at: ${(error as Error).message}`;
  }
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
