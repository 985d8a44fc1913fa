/**
 * IPv6 addresses that carry an IPv4 address. Where a client is, and which prefixes it belongs to, is asked of the
 * IPv4 address inside.
 */
import type { Address } from "./address.ts";

/** Kinds of embedding; 0 is none. */
export const EMBEDDINGS = {
  none: 0,
  /** ::ffff:0:0/96 (RFC 4291 §2.5.5.2). */
  mapped: 1,
  /** 64:ff9b::/96 (RFC 6052 §2.1). */
  nat64: 2,
  /** 2002::/16 (RFC 3056 §2). */
  sixToFour: 3,
  /** 2001::/32; the client's address is inverted in the last 32 bits (RFC 4380 §4). */
  teredo: 4,
} as const;

/** Where each kind lives: the first word of its prefix, the words after, and the length; in order of address. */
export const EMBEDDING_PREFIXES: readonly {
  readonly kind: number;
  readonly words: readonly [number, number, number, number];
  readonly length: number;
}[] = [
  { kind: EMBEDDINGS.mapped, words: [0, 0, 0xffff, 0], length: 96 },
  { kind: EMBEDDINGS.nat64, words: [0x0064_ff9b, 0, 0, 0], length: 96 },
  { kind: EMBEDDINGS.teredo, words: [0x2001_0000, 0, 0, 0], length: 32 },
  { kind: EMBEDDINGS.sixToFour, words: [0x2002_0000, 0, 0, 0], length: 16 },
];

/** The kind of embedding of an IPv6 address given as four words. */
export function findEmbedding(words: Uint32Array): number {
  const first = words[0]!;
  if (first >>> 16 === 0x2002) return EMBEDDINGS.sixToFour;
  if (first === 0x2001_0000) return EMBEDDINGS.teredo;
  if (words[1] !== 0) return EMBEDDINGS.none;
  if (first === 0 && words[2] === 0xffff) return EMBEDDINGS.mapped;
  if (first === 0x0064_ff9b && words[2] === 0) return EMBEDDINGS.nat64;
  return EMBEDDINGS.none;
}

/** Leading bits that must be known before the embedded address is. */
export function countDecidingBits(kind: number): number {
  return kind === EMBEDDINGS.sixToFour ? 48 : 128;
}

/** The embedded IPv4 address as one word, signed: see `RangeTable.find4()`. */
export function extractIPv4(kind: number, words: Uint32Array): number {
  if (kind === EMBEDDINGS.sixToFour) return (words[0]! << 16) | (words[1]! >>> 16);
  if (kind === EMBEDDINGS.teredo) return ~words[3]!;
  return words[3]! | 0;
}

/** The scope in the IPv6 address that a scope of `length` bits in the embedded address stands for. */
export function translateScope(kind: number, length: number): number {
  if (kind === EMBEDDINGS.sixToFour) return 16 + length;
  // The bits between the prefix and the address name a Teredo server and a port: any client, any of them.
  if (kind === EMBEDDINGS.teredo) return 128;
  return 96 + length;
}

/** The IPv4 address inside a whole IPv6 address, or the address itself where there is none. */
export function normalizeAddress(address: Address): Address {
  if (address.family === 4) return address;
  const view = new DataView(address.octets.buffer, address.octets.byteOffset, 16);
  const words = Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(4 * i));
  const kind = findEmbedding(words);
  if (kind === EMBEDDINGS.none) return address;
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, extractIPv4(kind, words));
  return { family: 4, octets };
}
