import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createKeyOf } from "./key.ts";
import { parseAddress } from "./parse.ts";
import { findDistance, hashOctets, hashPrefix, mix } from "./rendezvous.ts";

const keyOf = (address: string) => createKeyOf(parseAddress(address)!);

it("mix() is the finalizer of MurmurHash3", () => {
  // Of the reference implementation's fmix32.
  expect([mix(0), mix(1), mix(0xffffffff)]).toEqual([0, 0x514e28b7, 0x81f16f39]);
});

it("hashPrefix() looks at the first bits alone, and at all of them", () => {
  const hashes = (prefix: number, ...addresses: string[]) =>
    new Set(addresses.map((address) => hashPrefix(keyOf(address), prefix))).size;
  expect(hashes(24, "192.0.2.1", "192.0.2.255")).toBe(1);
  expect(hashes(24, "192.0.2.1", "192.0.3.1")).toBe(2);
  expect(hashes(32, "192.0.2.1", "192.0.2.0")).toBe(2);
  expect(hashes(56, "2001:db8:0:aa00::", "2001:db8:0:aaff::1")).toBe(1);
  expect(hashes(56, "2001:db8:0:aa00::", "2001:db8:0:ab00::")).toBe(2);
  expect(hashes(128, "2001:db8::", "2001:db8::1")).toBe(2);
});

it("hashPrefix() tells the families apart", () => {
  expect(hashPrefix(keyOf("0.0.0.0"), 24)).not.toBe(hashPrefix(keyOf("::"), 24));
});

it("hashOctets() depends on every octet and its place", () => {
  const octets = Uint8Array.from({ length: 20 }, (_, i) => i);
  const changed = [...octets.keys()].map((at) => {
    const other = Uint8Array.from(octets);
    other[at]! ^= 1;
    return hashOctets(other);
  });
  expect(new Set([hashOctets(octets), ...changed]).size).toBe(21);
  expect(hashOctets(Uint8Array.of(1, 2))).not.toBe(hashOctets(Uint8Array.of(2, 1)));
});

it("findDistance() is above 0 for every hash, and shrinks as the weight grows", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.integer({ min: 1, max: 1000 }),
      (hash, seed, weight) => {
        const distance = findDistance(hash, seed, weight);
        expect(distance).toBeGreaterThan(0);
        expect(Number.isFinite(distance)).toBe(true);
        expect(findDistance(hash, seed, weight + 1)).toBeLessThan(distance);
      },
    ),
  ));
