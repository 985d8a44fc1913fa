import { expect, it } from "vitest";
import { hashWithKey } from "./keyed-hash.ts";

const OCTETS = Uint8Array.from({ length: 20 }, (_, i) => i);
/** Of the first 8, 9, … octets, under the key 00 01 … 07: test vectors of the Linux kernel. */
const HASHES = [
  0x577999b1, 0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04,
  0x8b31d501, 0x2b1cd04b, 0x06712339,
];

it("hashWithKey() agrees with the kernel's HalfSipHash-1-3", () => {
  const hashes = HASHES.map((_, i) =>
    hashWithKey([0x03020100, 0x07060504], 0x03020100, 0x07060504, OCTETS, 8, 8 + i),
  );
  expect(hashes.map((hash) => hash >>> 0)).toEqual(HASHES);
});

it("hashWithKey() gives others under another key", () => {
  const hash = (low: number, high: number): number => hashWithKey([low, high], 1, 2, OCTETS, 0, 20);
  expect(new Set([hash(0, 0), hash(1, 0), hash(0, 1)]).size).toBe(3);
});
