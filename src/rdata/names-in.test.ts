import { describe, expect, it } from "vitest";
import { parseType } from "../wire/rr-types.ts";
import { isCompressible, isExpandable, isLowered, namesIn } from "./names-in.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";
import { readRdataWords } from "./read-rdata-words.ts";
import { splitWords } from "./word.ts";

const ROOT = Uint8Array.of(0);

/** The names in rdata in presentation format, as Latin-1 text. */
function list(mnemonic: string, text: string): string[] {
  const type = parseType(mnemonic) ?? 0;
  const rdata = readRdataWords(type, splitWords(text) ?? [], ROOT);
  if (!(rdata instanceof Uint8Array)) throw new Error(rdata.error);
  return namesIn(type, rdata).map(({ start, end }) =>
    Buffer.from(rdata.subarray(start, end)).toString("latin1"),
  );
}

describe("namesIn()", () => {
  it.each([
    ["A", "192.0.2.1", []],
    ["TXT", '"\\001a"', []],
    ["NS", "a.b.", ["\x01a\x01b\0"]],
    ["MX", "10 a.", ["\x01a\0"]],
    ["SOA", "a. b. 1 2 3 4 5", ["\x01a\0", "\x01b\0"]],
    ["NAPTR", '1 2 "" "" "" a.', ["\x01a\0"]],
    ["SVCB", "1 a. port=1", ["\x01a\0"]],
    ["RRSIG", "A 8 2 1 2 3 4 a. AQID", ["\x01a\0"]],
    ["TYPE65280", "\\# 3 016100", []],
  ])("finds those of %s %s", (type, text, names) => {
    expect(list(type, text)).toEqual(names);
  });

  it("compresses the types of RFC 1035 only, and lowers no name of a newer type", () => {
    const named = [...RDATA_LAYOUTS]
      .filter(([, { fields }]) => fields.some(({ codec }) => codec.isName))
      .map(([type]) => type);
    const of = (mnemonics: string): number[] =>
      mnemonics.split(" ").map((mnemonic) => parseType(mnemonic) ?? 0);
    expect(named.filter(isCompressible)).toEqual(of("NS MD MF CNAME SOA MB MG MR PTR MINFO MX"));
    expect(named.filter((type) => isExpandable(type) && !isCompressible(type))).toEqual(
      of("RP AFSDB RT SIG PX NXT SRV NAPTR"),
    );
    expect(named.filter((type) => !isLowered(type))).toEqual(
      of("NSAP-PTR NSEC TALINK SVCB HTTPS DSYNC LP"),
    );
  });
});
