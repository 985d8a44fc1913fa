import { expect, it } from "vitest";
import type { Publication, SegmentPlace } from "../image/publication.ts";
import { CurrentPublication } from "./current-publication.ts";

function publication(change: Partial<Publication>): Publication {
  return {
    version: 1,
    index: undefined,
    segments: [],
    maps: [],
    steering: undefined,
    rotationSlots: 0,
    ...change,
  };
}

function place(buffer: SharedArrayBuffer): SegmentPlace {
  return { buffer, at: 0, byteLength: buffer.byteLength };
}

it("whole() is undefined before the first publication", () => {
  expect(new CurrentPublication().whole()).toBeUndefined();
});

it("whole() holds the newest of every part, and nothing that was freed", () => {
  const [a, b, c, d] = Array.from({ length: 4 }, () => new SharedArrayBuffer(1));
  const [one, two, three] = [a!, b!, c!].map(place);
  const current = new CurrentPublication();
  current.merge(
    publication({
      version: 1,
      index: a!,
      segments: [
        [0, one!],
        [1, two!],
      ],
      maps: [[7, a!]],
      steering: a!,
    }),
  );
  current.merge(
    publication({
      version: 2,
      segments: [
        [0, null],
        [2, three!],
      ],
      maps: [[7, d!]],
      rotationSlots: 5,
    }),
  );
  const whole = current.whole();
  expect(whole?.version).toBe(2);
  expect(whole?.rotationSlots).toBe(5);
  expect(whole?.index).toBe(a);
  expect(whole?.steering).toBe(a);
  expect(new Map(whole?.segments)).toEqual(
    new Map([
      [1, two],
      [2, three],
    ]),
  );
  expect(new Map(whole?.maps).get(7)).toBe(d);
  current.merge(publication({ version: 3, index: b!, steering: c! }));
  expect(current.whole()?.index).toBe(b);
  expect(current.whole()?.steering).toBe(c);
});

it("merge() tells of the shared memory that it drops, and of no other", () => {
  const dropped: number[] = [];
  const current = new CurrentPublication({ note: (octets) => void dropped.push(octets) });
  const part = (octets: number): SharedArrayBuffer => new SharedArrayBuffer(octets);
  current.merge(publication({ segments: [[0, place(part(5))]], maps: [[0, part(7)]] }));
  current.merge(publication({ segments: [[0, place(part(1))]] }));
  current.merge(publication({ segments: [[0, null]], maps: [[0, null]] }));
  expect(dropped).toEqual([0, 5, 8]);
});
