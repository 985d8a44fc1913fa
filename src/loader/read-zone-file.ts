/**
 * Reads one zone file whole, in a worker. What it returns is the content of one moment, or nothing.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { fingerprintOf, limitFor, refusalOf } from "./zone-folder.ts";

export type ReadZoneFile =
  | {
      readonly kind: "content";
      readonly octets: Buffer;
      readonly fingerprint: string;
      /** Seconds since 1970. */
      readonly changedAt: number;
    }
  /** It changed while it was being read. */
  | { readonly kind: "unstable" }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Reads a regular file of acceptable size; the result says why if it is something else.
 *
 * @param mostOctets the largest file that is read
 */
export function readZoneFile(path: string, mostOctets: number = limitFor(path)): ReadZoneFile {
  let fd: number;
  try {
    // Opening a FIFO without O_NONBLOCK waits for its writer for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { kind: "refused", reason: `it cannot be opened: ${(error as Error).message}` };
  }
  try {
    const before = fstatSync(fd, { bigint: true });
    const refusal = refusalOf(before, mostOctets);
    if (refusal !== undefined) return { kind: "refused", reason: refusal };
    const octets = readWhole(fd, Number(before.size));
    const fingerprint = fingerprintOf(before);
    if (fingerprintOf(fstatSync(fd, { bigint: true })) !== fingerprint) return { kind: "unstable" };
    return {
      kind: "content",
      octets,
      fingerprint,
      changedAt: Number(before.mtimeMs / 1000n),
    };
  } catch (error) {
    return { kind: "refused", reason: `it cannot be read: ${(error as Error).message}` };
  } finally {
    closeSync(fd);
  }
}

function readWhole(fd: number, size: number): Buffer {
  const octets = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const count = readSync(fd, octets, length, size - length, length);
    if (count === 0) break;
    length += count;
  }
  return octets.subarray(0, length);
}
