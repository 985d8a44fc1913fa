import { describe, expect, it } from "vitest";
import { formatType, listTypes, parseType } from "./rr-types.ts";

describe("parseType()", () => {
  it("reads mnemonics in any case and the generic form", () => {
    expect(parseType("aaaa")).toBe(28);
    expect(parseType("HTTPS")).toBe(65);
    expect(parseType("TYPE65280")).toBe(65280);
    expect(parseType("type1")).toBe(1);
  });
  it("finds nothing in what is no type", () => {
    for (const text of ["", "AA", "TYPE", "TYPE65536", "TYPE1x", "constructor", "__proto__"]) {
      expect(parseType(text)).toBeUndefined();
    }
  });
});

describe("formatType()", () => {
  it("gives back every mnemonic and the generic form for the rest", () => {
    for (const mnemonic of listTypes()) {
      expect(formatType(parseType(mnemonic) ?? -1)).toBe(mnemonic);
    }
    expect(formatType(65280)).toBe("TYPE65280");
  });
});
