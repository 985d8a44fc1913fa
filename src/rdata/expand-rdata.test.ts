import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseName } from "../wire/name.ts";
import { parseType } from "../wire/rr-types.ts";
import { expandName, expandRdata } from "./expand-rdata.ts";

const octets = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const wire = (text: string): Uint8Array => {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
};

/** `example.com.` at 0, `mail.example.com.` at 13, then rdata at 20. */
const NAMES = `07 6578616d706c65 03 636f6d 00 04 6d61696c c000`;
const AT = 20;

function expand(type: string, hex: string, tail = ""): Uint8Array | undefined {
  const rdata = octets(hex);
  const message = octets(`${NAMES}${hex}${tail}`);
  return expandRdata(parseType(type) ?? 0, message, AT, rdata.length);
}

describe("expandRdata()", () => {
  it.each([
    ["NS", "c00d", "mail.example.com."],
    ["CNAME", "0161 c000", "a.example.com."],
    ["PTR", "00", "."],
  ])("undoes the compression of %s %s", (type, hex, name) => {
    expect(expand(type, hex)).toEqual(wire(name));
  });

  it("keeps what stands beside names", () => {
    expect(expand("MX", "000a c00d")).toEqual(
      Uint8Array.from([0, 10, ...wire("mail.example.com.")]),
    );
    expect(expand("SOA", `c000 c00d ${"00000001".repeat(5)}`)).toEqual(
      Uint8Array.from([
        ...wire("example.com."),
        ...wire("mail.example.com."),
        ...octets("00000001".repeat(5)),
      ]),
    );
    expect(expand("A", "c0000201")).toEqual(octets("c0000201"));
    expect(expand("TYPE65280", "c000")).toEqual(octets("c000"));
  });

  it("reads compressed names of the types that once were allowed them, and of no others", () => {
    expect(expand("SRV", "0001 0002 0003 c000")).toHaveLength(6 + 13);
    expect(expand("NAPTR", "0001 0002 00 00 00 c000")).toHaveLength(7 + 13);
    expect(expand("RP", "c000 c00d")).toHaveLength(13 + 18);
    expect(expand("DNAME", "c000")).toBeUndefined();
    expect(expand("SVCB", "0001 c000")).toBeUndefined();
    expect(expand("RRSIG", `0001 08 02 ${"00".repeat(14)} c000 00`)).toBeUndefined();
  });

  it.each([
    ["NS", "c014", "a pointer to itself"],
    ["NS", "c015 c014", "a pointer forward"],
    ["NS", "0161 c014", "a loop"],
    ["NS", "0161", "no end"],
    ["NS", "c0", "half a pointer"],
    ["NS", "80", "an unknown kind of label"],
    ["NS", "c000 00", "octets left over"],
    ["MX", "00", "half a number"],
    ["MX", "000a", "no name"],
    ["SOA", "c000 c00d 00000001", "numbers missing"],
    ["A", "c00002", "an octet missing"],
    ["TXT", "0561", "a string too long"],
  ])("refuses %s %s: %s", (type, hex) => {
    // What follows the rdata in the message must not stand in for what is missing.
    expect(expand(type, hex, "00 00 00 00 00 00 00 00")).toBeUndefined();
  });

  it("refuses rdata behind the end of the message, and names above 255 octets", () => {
    expect(expandRdata(1, octets("c0000201"), 0, 5)).toBeUndefined();
    const label = `3f${"61".repeat(63)}`;
    const long = octets(`${label.repeat(3)}3d${"61".repeat(61)}00`);
    expect(expandName(long, 0)).toHaveLength(255);
    expect(expandName(octets(`${Buffer.from(long).toString("hex")}0162c000`), 255)).toBeUndefined();
  });

  it("never throws, and gives no more than the message could hold", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.constantFrom(2, 6, 14, 15, 17, 24, 26, 30, 33, 35, 64),
        fc.nat(59),
        fc.nat(60),
        (message, type, at, length) => {
          const rdata = expandRdata(type, message, at, length);
          if (rdata !== undefined) expect(rdata.length).toBeLessThanOrEqual(60 + 2 * 255);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
