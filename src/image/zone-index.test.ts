import fc from "fast-check";
import { expect, test } from "vitest";
import { NameKey } from "../wire/name-key.ts";
import { compileZoneIndex, ZoneIndex } from "./zone-index.ts";

const labels = fc.array(fc.constantFrom("a", "b", "c", "zz"), { maxLength: 5 });

function wire(parts: readonly string[]): Uint8Array {
  return Uint8Array.from([...parts.flatMap((part) => [part.length, ...Buffer.from(part)]), 0]);
}

function find(
  index: ZoneIndex,
  parts: readonly string[],
  maxLabels: number = parts.length,
): number {
  const key = new NameKey();
  const octets = wire(parts);
  key.read(octets, 0, octets.length);
  return index.find(key, maxLabels);
}

test("find() returns the zone with the longest apex at or above the name", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(labels, { selector: String, maxLength: 20 }),
      labels,
      (apexes, name) => {
        const index = new ZoneIndex(
          compileZoneIndex(apexes.map((apex, segment) => ({ apex: wire(apex), segment }))),
        );
        for (let depth = name.length; depth >= 0; depth--) {
          let expected = -1;
          for (let from = name.length - depth; from <= name.length && expected < 0; from++) {
            expected = apexes.findIndex((apex) => String(apex) === String(name.slice(from)));
          }
          expect(find(index, name, depth)).toBe(expected);
        }
      },
    ),
  );
});

test("find() finds each of many zones", () => {
  const apexes = Array.from({ length: 5000 }, (_, i) => [`z${i}`, "example"]);
  const index = new ZoneIndex(
    compileZoneIndex(apexes.map((apex, segment) => ({ apex: wire(apex), segment }))),
  );
  apexes.forEach((apex, i) => {
    expect(find(index, ["www", ...apex])).toBe(i);
  });
  expect(find(index, ["z5000", "example"])).toBe(-1);
});
