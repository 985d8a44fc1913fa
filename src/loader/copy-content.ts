/**
 * What a last good copy holds: the zone file as it is, or, if it draws in others, all of them in one. So a copy is written
 * whole or not at all, and a zone comes back from it though the file that it imported is broken or gone.
 */
import { dirname, relative } from "node:path";
import { MAX_MASTER_OCTETS } from "../zone/master/master-file.ts";
import type { Part } from "../zone/part-reader.ts";

/** A zone file with all its parts, and a list of them. */
export const MAX_COPY_OCTETS: number = 2 * MAX_MASTER_OCTETS;

export interface CopyContent {
  readonly main: Uint8Array;
  /** By their path, relative to the folder of the zone file. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/** No zone file begins with a zero octet. */
const MAGIC = Buffer.from("\0rondo zone file with parts\n");

interface Header {
  /** Octets of the zone file. */
  readonly main: number;
  readonly parts: readonly { readonly path: string; readonly size: number }[];
}

/**
 * The octets of a copy.
 *
 * @param file path of the zone file, to which those of its parts are made relative
 */
export function packCopy(file: string, main: Uint8Array, parts: readonly Part[]): Uint8Array {
  if (parts.length === 0) return main;
  const header: Header = {
    main: main.length,
    parts: parts.map((part) => ({
      path: relative(dirname(file), part.file),
      size: part.octets.length,
    })),
  };
  const contents = parts.map(({ octets }) => octets);
  return Buffer.concat([MAGIC, Buffer.from(`${JSON.stringify(header)}\n`), main, ...contents]);
}

/** The opposite; undefined for a copy that is damaged. */
export function unpackCopy(copy: Buffer): CopyContent | undefined {
  if (!copy.subarray(0, MAGIC.length).equals(MAGIC)) return { main: copy, parts: new Map() };
  const headerEnd = copy.indexOf("\n", MAGIC.length);
  const header = readHeader(copy.toString("utf8", MAGIC.length, Math.max(headerEnd, 0)));
  if (header === undefined) return undefined;
  let at = headerEnd + 1;
  const take = (size: number): Buffer => {
    at += size;
    return copy.subarray(at - size, at);
  };
  const main = take(header.main);
  const parts = new Map(header.parts.map(({ path, size }) => [path, take(size)]));
  return at === copy.length ? { main, parts } : undefined;
}

function readHeader(text: string): Header | undefined {
  try {
    const { main, parts } = JSON.parse(text) as Partial<Header>;
    const isGood =
      isSize(main) &&
      Array.isArray(parts) &&
      parts.every((part) => typeof part?.path === "string" && isSize(part.size));
    return isGood ? { main, parts } : undefined;
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
