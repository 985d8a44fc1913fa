import fc from "fast-check";
import { expect, it } from "vitest";
import { CORPUS, textOf } from "../../../test/support/master-corpus.ts";
import { listStatics, loadMaster } from "../../../test/support/master-zone.ts";
import { renderIssues } from "../../config/issue.ts";

const TEXTS = CORPUS.map(textOf);
/** What the syntax is made of, and words of it. */
const PIECES = [
  ...'()";\\$@.*\n\r\t 09aA\0\u00ff{}/-#',
  "$INCLUDE part.db ",
  "$INCLUDE file.db\n",
  "$GENERATE 1-50 ",
  "$ORIGIN ",
  "$TTL ",
  "TYPE1 \\# ",
  " IN ",
  "SOA",
  "4294967296",
  "x".repeat(300),
];

const file = fc.constantFrom(...TEXTS);
const position = fc.double({ min: 0, max: 1, noNaN: true });
const edits = fc.array(
  fc.record({
    at: position,
    removed: fc.constantFrom(0, 0, 1, 1, 2, 30),
    added: fc.constantFrom("", ...PIECES),
  }),
  { minLength: 1, maxLength: 6 },
);

function mutate(text: string, changes: readonly { at: number; removed: number; added: string }[]) {
  let mutated = text;
  for (const { at, removed, added } of changes) {
    const start = Math.floor(at * mutated.length);
    mutated = mutated.slice(0, start) + added + mutated.slice(start + removed);
  }
  return mutated;
}

function check(text: string): void {
  // Each character is an octet.
  const octets = Buffer.from(text, "latin1");
  const parts = { "part.db": octets, "file.db": "x TXT y\n$INCLUDE part.db\n" };
  const { zone, issues } = loadMaster(octets, parts);
  expect(zone === undefined).toBe(issues.some(({ severity }) => severity === "error"));
  for (const { line, column, length, sourceColumn } of issues) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThanOrEqual(sourceColumn);
    expect(length).toBeGreaterThan(0);
  }
  expect(renderIssues(issues)).not.toMatch(/undefined|NaN|\0/);
  for (const { owner, rdata } of zone === undefined ? [] : listStatics(zone)) {
    expect(owner.length).toBeLessThanOrEqual(255);
    expect(rdata.length).toBeGreaterThan(0);
  }
}

it("a mutated master file is a zone or errors, each with its place", () => {
  fc.assert(
    fc.property(file, edits, (text, changes) => check(mutate(text, changes))),
    { numRuns: 3000 },
  );
});

it("so is one that is cut off anywhere", () => {
  for (const text of TEXTS) {
    const step = Math.max(1, Math.floor(text.length / 40));
    for (let end = 0; end < text.length; end += step) check(text.slice(0, end));
  }
});

it("so is noise", () => {
  const noise = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 });
  fc.assert(
    fc.property(noise, (pieces) => check(pieces.join(""))),
    { numRuns: 2000 },
  );
  const octets = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(octets, (content) => check(Buffer.from(content).toString("latin1"))),
    { numRuns: 1000 },
  );
});
