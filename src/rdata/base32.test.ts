import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase32, encodeBase32 } from "./base32.ts";

describe("decodeBase32() and encodeBase32()", () => {
  // RFC 4648 §10, without padding.
  it.each([
    ["", ""],
    ["f", "CO"],
    ["fo", "CPNG"],
    ["foo", "CPNMU"],
    ["foob", "CPNMUOG"],
    ["fooba", "CPNMUOJ1"],
    ["foobar", "CPNMUOJ1E8"],
  ])("stand for each other: %s", (text, encoded) => {
    expect(encodeBase32(Buffer.from(text))).toBe(encoded);
    expect(decodeBase32(encoded.toLowerCase())).toEqual(Uint8Array.from(Buffer.from(text)));
  });

  it.each(["C", "CP=", "CW", "CPN", "C1", "CP8"])("refuses %s", (text) => {
    expect(decodeBase32(text)).toBeUndefined();
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(decodeBase32(encodeBase32(octets))).toEqual(octets);
      }),
    );
  });
});
