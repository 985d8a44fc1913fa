import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomRdata } from "../../test/support/random-rdata.ts";
import { ROOT } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { checkRdata, explainBadRdata } from "./check-rdata.ts";
import { formatRdata } from "./format-rdata.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";
import { readRdataWords } from "./read-rdata-words.ts";
import { splitWords } from "./word.ts";

const TYPE_NSEC3 = 50;
const TYPES = [...RDATA_LAYOUTS.keys()].map((type) => ({ type, mnemonic: formatType(type) }));

describe("rdata of every type", () => {
  it.for(TYPES)("$mnemonic is read from what it is written as", ({ type }) => {
    fc.assert(
      fc.property(randomRdata(type), (rdata) => {
        expect(explainBadRdata(type, rdata)).toBeUndefined();
        const text = formatRdata(type, rdata);
        expect(text).not.toMatch(/^\\#/);
        expect(readRdataWords(type, splitWords(text) ?? [], ROOT)).toEqual(rdata);
      }),
      { numRuns: 100 },
    );
  });

  it.for(TYPES)("$mnemonic is read from its example", ({ type }) => {
    const words = splitWords(RDATA_LAYOUTS.get(type)?.example ?? "") ?? [];
    const rdata = readRdataWords(type, words, ROOT);
    if (!(rdata instanceof Uint8Array)) throw new Error(rdata.error);
    expect(checkRdata(type, rdata)).toBeUndefined();
  });

  it.for(TYPES)("$mnemonic is checked and written whatever the octets are", ({ type }) => {
    fc.assert(
      fc.property(
        randomRdata(type),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 2 }),
        (rdata, at, octet, change) => {
          const where = rdata.length === 0 ? 0 : at % rdata.length;
          const octets = [...rdata];
          octets.splice(where, change === 0 ? 0 : 1, ...(change === 2 ? [] : [octet]));
          const text = formatRdata(type, Uint8Array.from(octets));
          // What is taken for well-formed can be said again; whatever is not is written in the generic form.
          if (explainBadRdata(type, Uint8Array.from(octets)) !== undefined) {
            expect(text).toMatch(/^\\# \d+/);
            return;
          }
          const again = readRdataWords(type, splitWords(text) ?? [], ROOT);
          if (!(again instanceof Uint8Array)) throw new Error(`${text}: ${again.error}`);
          expect(formatRdata(type, again)).toBe(text);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("NSEC3 without a next hashed owner is malformed (RFC 5155 §3.2)", () => {
    const rdata = Uint8Array.of(0, 0, 0, 7, 0, 0);
    expect(explainBadRdata(TYPE_NSEC3, rdata)).toBeDefined();
    expect(formatRdata(TYPE_NSEC3, rdata)).toBe("\\# 6 000000070000");
    expect(explainBadRdata(TYPE_NSEC3, Uint8Array.of(0, 0, 0, 7, 0, 1, 255))).toBeUndefined();
  });
});
