import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnswerSet, AnswerSetCompiler, AnswerSets, compileAnswerSets } from "./answer-sets.ts";
import type { RRsetSource } from "./compile-rrset.ts";

const TYPE_A = 1;
const TYPE_CNAME = 5;

function source(...last: number[]): RRsetSource {
  const rdata = last.map((octet) => Uint8Array.of(192, 0, 2, octet));
  const [ttl, rotation] = [30 + last.length, last[0]!];
  return { type: TYPE_A, ttl, rdata, answers: 1, cycle: undefined, rotation, sticky: undefined };
}

const one = source(1);
const [seeds, weights] = [
  [7, 8],
  [1, 3],
];
/** What refers to itself: a cycle, a table of seeds, records of no fixed size. */
const weighted: RRsetSource = { ...source(9, 10), cycle: Uint16Array.of(0, 1, 1) };
const sticky: RRsetSource = {
  ...source(11, 12),
  sticky: { prefix4: 24, prefix6: 56, seeds, weights },
};
const names: RRsetSource = {
  ...source(13),
  type: TYPE_CNAME,
  rdata: [Buffer.from("\x01a\x07example\0", "latin1")],
};
const SETS: readonly (readonly AnswerSet[])[] = [
  [one],
  [source(1)],
  [one, one, source(2, 3)],
  ["nodata", "servfail", source(4, 5, 6)],
  ["nodata"],
  [source(7), source(8), source(7)],
  [names, weighted, sticky],
  [sticky, names],
];

const plans = fc.array(
  fc.option(
    fc.record({
      map: fc.option(fc.nat(3), { nil: undefined }),
      sets: fc.constantFrom(...SETS),
    }),
    { nil: undefined },
  ),
  { maxLength: 12 },
);

describe("AnswerSetCompiler", () => {
  it("makes of what it copies what it would make anew", () =>
    fc.assert(
      fc.property(fc.array(plans, { maxLength: 6 }), (rounds) => {
        const compiler = new AnswerSetCompiler();
        for (const round of rounds) {
          const kept = Buffer.from(compiler.compile(round));
          const anew = Buffer.from(compileAnswerSets(round));
          const length = Math.max(kept.length, anew.length);
          expect(padTo(length, kept)).toEqual(padTo(length, anew));
        }
      }),
    ));

  it("writes plans with the same answer sets once, each with its own map", () => {
    const [sets] = SETS;
    const image = compileAnswerSets([
      { map: 4, sets: sets! },
      undefined,
      { map: undefined, sets: sets! },
    ]);
    const reader = new AnswerSets(image);
    expect([reader.mapOf(0), reader.mapOf(2)]).toEqual([4, -1]);
    expect(reader.rrsetOf(0, 0)).toBe(reader.rrsetOf(2, 0));
    expect(reader.rrsetOf(0, 0)).toBeGreaterThan(1);
  });

  it("writes an answer set of several classes once", () => {
    const reader = new AnswerSets(compileAnswerSets([{ map: 0, sets: SETS[2]! }]));
    expect(reader.rrsetOf(0, 1)).toBe(reader.rrsetOf(0, 0));
    expect(reader.rrsetOf(0, 2)).not.toBe(reader.rrsetOf(0, 0));
  });
});

/** Zeros may follow an image. */
function padTo(length: number, octets: Buffer): Buffer {
  return Buffer.concat([octets, Buffer.alloc(length - octets.length)]);
}
