import type { Address } from "./address.ts";

/** An address as numbers, made once and written again for every query: looking one up allocates nothing. */
export interface AddressKey {
  family: 4 | 6;
  /** Leading bits that are known; the others are zero. */
  known: number;
  /** Most significant first; IPv4 uses the first alone. */
  readonly words: Uint32Array;
}

/** A key for 0.0.0.0. */
export function createKey(): AddressKey {
  return { family: 4, known: 32, words: new Uint32Array(4) };
}

/**
 * Writes the first `known` bits of an address into `key`.
 *
 * @param octets holds the address from `offset`; octets that `known` does not reach need not be there, as in an EDNS
 *   Client Subnet option (RFC 7871 §6)
 */
export function writeKey(
  key: AddressKey,
  family: 4 | 6,
  octets: Uint8Array,
  offset: number,
  known: number,
): void {
  const { words } = key;
  key.family = family;
  key.known = known;
  if (family === 4 && known > 0) {
    // What is asked most, without a loop.
    words[0] =
      ((octets[offset]! << 24) |
        (octets[offset + 1]! << 16) |
        (octets[offset + 2]! << 8) |
        octets[offset + 3]!) &
      (-1 << (32 - known));
    words[1] = 0;
    words[2] = 0;
    words[3] = 0;
    return;
  }
  for (let i = 0; i < 4; i++) {
    const bits = Math.min(32, known - 32 * i);
    if (bits <= 0) {
      words[i] = 0;
      continue;
    }
    const at = offset + 4 * i;
    // Octets beyond the end of the array read as undefined, which the shifts take for zero.
    const word =
      (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
    words[i] = bits === 32 ? word : word & ~(0xffff_ffff >>> bits);
  }
}

/** A key for one whole address, for use off the query path. */
export function createKeyOf(address: Address): AddressKey {
  const key = createKey();
  writeKey(key, address.family, address.octets, 0, address.octets.length * 8);
  return key;
}
