import { expect, test } from "vitest";
import { loadMaster, MASTER_HEAD } from "../../test/support/master-zone.ts";
import { lowerName } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import { TYPE_A } from "../wire/rr-types.ts";
import { compileSegment } from "./compile-segment.ts";
import { ImageView } from "./image-view.ts";
import { readRRset } from "./list-rrsets.ts";
import type { SegmentPlace } from "./publication.ts";
import { Segment } from "./segment.ts";
import { CHUNK_OCTETS, SegmentChunks, SMALL_OCTETS } from "./segment-chunks.ts";

type Change = readonly [number: number, segment: SharedArrayBuffer | null];

/** A segment with `www A 192.0.2.<octet>`, and so many names more. */
function compile(octet: number, names = 0): SharedArrayBuffer {
  const more = Array.from({ length: names }, (_, i) => `n${i} A 192.0.2.1\n`).join("");
  const { zone } = loadMaster(`${MASTER_HEAD}www A 192.0.2.${octet}\n${more}`);
  return compileSegment(zone!, () => ({ classes: [] })).segment;
}

/** What a reader finds at a place: the last octet of the address. */
function readAddress({ buffer, at }: SegmentPlace): number {
  const segment = new Segment();
  segment.open(new ImageView(buffer), new Int32Array(buffer), at >> 2);
  const key = new NameKey();
  const name = Buffer.from("\x03www\x07example\x03com\0", "latin1");
  key.read(name, 0, name.length);
  const entry = segment.findEntry(segment.findNode(key, 0), TYPE_A);
  const rrset = readRRset(segment, segment.entryReference(entry), name, lowerName(name));
  return rrset.rdata[0]!.at(-1)!;
}

/** What a reader has after all that it was told. */
class Places {
  readonly chunks = new SegmentChunks();
  readonly of = new Map<number, SegmentPlace>();

  place(...changes: Change[]): void {
    for (const [number, place] of this.chunks.place(new Map(changes))) {
      if (place === null) this.of.delete(number);
      else this.of.set(number, place);
    }
  }

  get buffers(): Set<SharedArrayBuffer> {
    return new Set([...this.of.values()].map(({ buffer }) => buffer));
  }
}

test("place() puts small segments side by side, each readable, none over another", () => {
  const places = new Places();
  places.place(...Array.from({ length: 200 }, (_, i): Change => [i, compile(i, i % 7)]));
  expect(places.buffers.size).toBeLessThan(5);
  for (const [number, place] of places.of) expect(readAddress(place)).toBe(number);
  for (const buffer of places.buffers) {
    expect(buffer.byteLength).toBeLessThanOrEqual(CHUNK_OCTETS);
    const inside = [...places.of.values()].filter((place) => place.buffer === buffer);
    let end = 0;
    for (const { at, byteLength } of inside.sort((one, other) => one.at - other.at)) {
      expect(at).toBeGreaterThanOrEqual(end);
      end = at + byteLength;
    }
    expect(end).toBeLessThanOrEqual(buffer.byteLength);
  }
});

test("place() leaves a large segment, and one that is alone, in the buffer that it was compiled into", () => {
  const places = new Places();
  const [large, one, two] = [compile(1, 1000), compile(2), compile(3)];
  expect(large.byteLength).toBeGreaterThan(SMALL_OCTETS);
  places.place([0, large], [1, one], [2, two]);
  expect(places.of.get(0)).toEqual({ buffer: large, at: 0, byteLength: large.byteLength });
  expect(places.of.get(1)!.buffer).toBe(places.of.get(2)!.buffer);
  const alone = compile(4);
  places.place([1, alone]);
  expect(places.of.get(1)).toEqual({ buffer: alone, at: 0, byteLength: alone.byteLength });
});

test("place() leaves segments as they were compiled", () => {
  const segments = [compile(1), compile(2)];
  const before = segments.map((segment) => Buffer.from(segment.slice(0)));
  new SegmentChunks().place(new Map(segments.map((segment, number): Change => [number, segment])));
  expect(segments.map((segment) => Buffer.from(segment))).toEqual(before);
});

test("place() changes nothing that it has published", () => {
  const places = new Places();
  places.place([0, compile(1)], [1, compile(2)]);
  const [before] = places.buffers;
  const octets = Buffer.from(before!.slice(0));
  places.place([0, compile(3)], [1, null]);
  expect(places.buffers.has(before!)).toBe(false);
  expect(Buffer.from(before!)).toEqual(octets);
  expect([...places.of].map(([number, place]) => [number, readAddress(place)])).toEqual([[0, 3]]);
});

test("place() gathers zones that are changed one at a time", () => {
  const places = new Places();
  for (let number = 0; number < 250; number++) places.place([number, compile(number)]);
  expect(places.buffers.size).toBeLessThan(12);
  for (const [number, place] of places.of) expect(readAddress(place)).toBe(number);
});

test("place() lets go of chunks of which little is left, whatever goes", () => {
  const places = new Places();
  const perChunk = Math.floor(CHUNK_OCTETS / compile(0).byteLength);
  const count = perChunk * 20;
  const segments = Array.from({ length: 250 }, (_, octet) => compile(octet));
  const all = Array.from({ length: count }, (_, i): Change => [i, segments[i % 250]!]);
  places.place(...all);
  expect(places.buffers.size).toBeGreaterThan(18);
  // One of each chunk stays.
  places.place(...all.filter(([i]) => i % perChunk !== 7).map(([i]): Change => [i, null]));
  expect(places.of.size).toBeLessThan(30);
  const held = [...places.buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(held).toBeLessThan(CHUNK_OCTETS);
  for (const [number, place] of places.of) expect(readAddress(place)).toBe(number % 250);
});

test("place() gives a chunk up when its zones are all gone", () => {
  const places = new Places();
  places.place([0, compile(1)], [1, compile(2)], [2, compile(3)]);
  const [first] = places.buffers;
  places.place([0, compile(4)], [2, compile(5)]);
  expect(places.buffers).toContain(first);
  places.place([1, null]);
  expect(places.buffers).not.toContain(first);
  expect(places.of.size).toBe(2);
});
