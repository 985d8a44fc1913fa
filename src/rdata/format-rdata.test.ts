import { describe, expect, it } from "vitest";
import { formatRdata } from "./format-rdata.ts";

const octets = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("formatRdata()", () => {
  it.each([
    ["A", 1, "c0 00 02 01", "192.0.2.1"],
    ["AAAA", 28, "2001 0db8 0000 0000 0000 0000 0000 0001", "2001:db8::1"],
    ["NS", 2, "02 6e73 01 61 00", "ns.a."],
    ["MX", 15, "000a 01 6d 00", "10 m."],
    ["SRV", 33, "0001 0002 01bb 01 73 00", "1 2 443 s."],
    ["SOA", 6, "01 6d 00 01 72 00 00000001 00000002 00000003 00000004 00000005", "m. r. 1 2 3 4 5"],
    ["TXT", 16, "03 61 22 5c 02 20 ff 00", '"a\\"\\\\" " \\255" ""'],
    ["CAA", 257, "00 05 6973737565 6c65 2e 6f7267", '0 issue "le.org"'],
    ["an unknown type", 65280, "0a 00 00 01", "\\# 4 0A000001"],
    ["an unknown type without data", 65280, "", "\\# 0"],
  ])("writes %s", (_, type, hex, text) => {
    expect(formatRdata(type, octets(hex))).toBe(text);
  });
});
