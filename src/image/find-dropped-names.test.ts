import { expect, it } from "vitest";
import { loadMaster, MASTER_HEAD } from "../../test/support/master-zone.ts";
import { formatName } from "../wire/name.ts";
import { compileSegment } from "./compile-segment.ts";
import { findDroppedNames } from "./find-dropped-names.ts";

function segmentOf(...names: string[]): SharedArrayBuffer {
  const lines = names.map((name) => `${name} TXT x`).join("\n");
  const { zone } = loadMaster(`${MASTER_HEAD}${lines}`);
  return compileSegment(zone!, () => ({ classes: [] })).segment;
}

it("findDroppedNames() finds names that are gone, or own nothing any more", () => {
  const { names, dropped } = findDroppedNames(
    segmentOf("a", "b", "c.d", "e"),
    segmentOf("a", "x.b", "d", "f"),
  );
  // The apex and its name server are names as well.
  expect(names).toBe(6);
  expect(dropped.map(formatName).sort()).toEqual([
    "b.example.com.",
    "c.d.example.com.",
    "e.example.com.",
  ]);
});

it("findDroppedNames() finds none in a zone that has only grown", () => {
  const many = Array.from({ length: 1000 }, (_, i) => `n${i}`);
  const { names, dropped } = findDroppedNames(segmentOf(...many), segmentOf(...many, "more"));
  expect([names, dropped]).toEqual([1002, []]);
});
