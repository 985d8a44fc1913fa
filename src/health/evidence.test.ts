import fc from "fast-check";
import { expect, test } from "vitest";
import { createTarget } from "../../test/support/health-targets.ts";
import type { Answer } from "./answer-log.ts";
import { addWitness, countSubnets, findEvidence } from "./evidence.ts";
import { findNetworkPlace } from "./network-place.ts";
import { createStanding, noteResult, type Standing } from "./standing.ts";

const SUSPECT = "10.0.0.1";
const ADDRESSES = [SUSPECT, "10.0.0.2", "10.0.1.1", "10.0.1.2", "10.0.2.1"];

function failBetween(first: number, last: number): Standing {
  const result = { kind: "failure", contact: false, detail: "" } as const;
  const standing = createStanding(createTarget(SUSPECT), false, 0);
  return noteResult(noteResult(standing, result, first, last), result, last, last);
}

test("findEvidence() finds what a search through all answers would find", () => {
  const answer = fc.record({
    sent: fc.nat({ max: 20 }),
    place: fc.constantFrom(...ADDRESSES).map(findNetworkPlace),
  });
  fc.assert(
    fc.property(
      fc.array(answer),
      fc.nat({ max: 10 }),
      fc.nat({ max: 10 }),
      (answers, onset, length) => {
        const start = failBetween(onset, onset + length);
        const standing = answers.reduce(addWitness, start);
        const all = answers.filter(
          ({ sent, place }: Answer) =>
            place.host !== start.place.host && sent >= onset && sent <= onset + length,
        );
        const evidence = findEvidence(standing);
        expect(evidence.length > 0).toBe(all.length > 0);
        expect(countSubnets(evidence)).toBe(Math.min(2, countSubnets(all)));
        expect(standing.witnesses.length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 2000 },
  );
});

test.for([
  ["192.0.2.1", "192.0.2.254", true],
  ["192.0.2.1", "192.0.3.1", false],
  ["2001:db8::1", "2001:db8::ffff:1", true],
  ["2001:db8::1", "2001:db8:0:1::1", false],
  ["192.0.2.1", "::ffff:192.0.2.9", true],
] as const)("findNetworkPlace() of %s and %s: same subnet %s", ([one, other, isSame]) => {
  const [a, b] = [findNetworkPlace(one), findNetworkPlace(other)];
  expect(a.subnet === b.subnet).toBe(isSame);
  expect(a.host).not.toBe(b.host);
});
