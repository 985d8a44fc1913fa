/** Names in a response that we wrote ourselves: well formed, though compressed. No bounds are checked here. */
import { lowerOctet } from "../wire/name-key.ts";

const POINTER = 0xc0;

/** @returns where the name at `at` stands without its first `skip` octets, which must end at a label; never at a pointer */
export function findSuffix(octets: Uint8Array, at: number, skip: number): number {
  let place = at;
  for (let left = skip; ; ) {
    const size = octets[place]!;
    if (size >= POINTER) {
      place = ((size & 0x3f) << 8) | octets[place + 1]!;
    } else {
      if (left === 0) return place;
      left -= size + 1;
      place += size + 1;
    }
  }
}

/** Copies the first `count` octets of the labels of the name at `at` to `to`, in the same octets. */
export function copyLabels(octets: Uint8Array, at: number, count: number, to: number): void {
  let place = at;
  for (let done = 0; done < count; ) {
    const size = octets[place]!;
    if (size >= POINTER) {
      place = ((size & 0x3f) << 8) | octets[place + 1]!;
      continue;
    }
    for (let i = 0; i <= size; i++) octets[to + done++] = octets[place++]!;
  }
}

/** Whether the name at `at` is the uncompressed lower-case name at `nameAt` in `names`. */
export function equalName(
  octets: Uint8Array,
  at: number,
  names: Uint8Array,
  nameAt: number,
): boolean {
  let place = at;
  let other = nameAt;
  for (;;) {
    const size = octets[place]!;
    if (size >= POINTER) {
      place = ((size & 0x3f) << 8) | octets[place + 1]!;
      continue;
    }
    if (names[other] !== size) return false;
    if (size === 0) return true;
    for (let i = 1; i <= size; i++) {
      if (lowerOctet(octets[place + i]!) !== names[other + i]) return false;
    }
    place += size + 1;
    other += size + 1;
  }
}
