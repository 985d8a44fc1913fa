/**
 * The arithmetic of weighted rendezvous hashing (Highest Random Weight), in one place: whoever answers and whoever
 * explains must come to the same, on every server and in every release.
 */
import type { AddressKey } from "./key.ts";

const UINT32_VALUES = 0x1_0000_0000;
/** FNV-1a, 32 bit. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The finalizer of MurmurHash3: every bit of the input moves every bit of the output. @returns 32 bits, unsigned */
export function mix(value: number): number {
  return mixBits(value) >>> 0;
}

/** The same, signed: no object is made of it. */
function mixBits(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** @returns 32 bits, signed, that are equal for addresses of one family with the same first `prefix` bits */
export function hashPrefix({ words, family }: AddressKey, prefix: number): number {
  let hash: number = family;
  for (let bits = prefix, i = 0; bits > 0; bits -= 32, i++) {
    const word = bits >= 32 ? words[i]! : words[i]! & ~(0xffff_ffff >>> bits);
    hash = mixBits(hash ^ word);
  }
  return hash;
}

/** @returns 32 bits that tell octets apart: the seed of a candidate */
export function hashOctets(octets: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const octet of octets) hash = Math.imul(hash ^ octet, FNV_PRIME);
  return mix(hash);
}

/**
 * How far a candidate is from a client: −ln(u)/weight with a u from 0 to 1 that the client's prefix and the candidate's
 * seed fix. The nearest candidate wins, each in proportion to its weight; without it, only its own clients go elsewhere.
 */
export function findDistance(hash: number, seed: number, weight: number): number {
  return -Math.log((mix(hash ^ seed) + 0.5) / UINT32_VALUES) / weight;
}
