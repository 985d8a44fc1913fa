import { describe, expect, it } from "vitest";
import { createKey, createKeyOf, writeKey } from "./key.ts";
import { parseAddress } from "./parse.ts";

describe("writeKey()", () => {
  it("keeps the known bits and zeroes the others", () => {
    const key = createKey();
    writeKey(key, 4, Uint8Array.of(0, 0, 203, 0, 113, 255), 2, 20);
    expect(key).toEqual({ family: 4, known: 20, words: Uint32Array.of(0xcb00_7000, 0, 0, 0) });
  });

  it("needs no octets beyond the known bits", () => {
    const key = createKeyOf(parseAddress("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")!);
    writeKey(key, 6, Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0x12), 0, 40);
    expect([...key.words]).toEqual([0x2001_0db8, 0x1200_0000, 0, 0]);
    writeKey(key, 6, new Uint8Array(0), 0, 0);
    expect([...key.words]).toEqual([0, 0, 0, 0]);
  });

  it("leaves no words of an earlier IPv6 address behind in an IPv4 one", () => {
    const key = createKeyOf(parseAddress("2001:db8::1")!);
    writeKey(key, 4, Uint8Array.of(192, 0, 2, 1), 0, 32);
    expect([...key.words]).toEqual([0xc000_0201, 0, 0, 0]);
  });
});
