import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { ImageTooLargeError } from "./image-too-large-error.ts";
import { MAX_IMAGE_OCTETS, OctetBuilder } from "./octet-builder.ts";

const step = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((octets) => ({ kind: "octets" as const, octets })),
  fc.nat(0xffff).map((value) => ({ kind: "half" as const, value })),
  fc.nat(0xffff_ffff).map((value) => ({ kind: "word" as const, value })),
  fc.nat(5).map((words) => ({ kind: "allocate" as const, words })),
);

test("OctetBuilder builds what was appended, however it grows, and zeros behind it", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.array(step, { maxLength: 30 }), (capacity, steps) => {
      const builder = new OctetBuilder(capacity);
      const expected: number[] = [];
      const align = (): void => {
        while (expected.length % 4 !== 0) expected.push(0);
      };
      for (const each of steps) {
        switch (each.kind) {
          case "octets": {
            const padded = Uint8Array.of(9, ...each.octets, 9);
            const end = padded.length - 1;
            expect(builder.appendRange(padded, 1, end)).toBe(expected.length);
            expected.push(...each.octets);
            break;
          }
          case "half":
            builder.append16(each.value);
            expected.push(each.value >> 8, each.value & 0xff);
            break;
          case "word":
            builder.append32(each.value);
            for (const shift of [24, 16, 8, 0]) expected.push((each.value >>> shift) & 0xff);
            break;
          case "allocate":
            align();
            expect(builder.allocate(each.words)).toBe(expected.length);
            for (let i = 0; i < each.words * 4; i++) expected.push(0);
            break;
        }
        expect(builder.length).toBe(expected.length);
      }
      align();
      const built = new Uint8Array(builder.finish());
      expect([...built.subarray(0, expected.length)]).toEqual(expected);
      expect(built.subarray(expected.length).every((octet) => octet === 0)).toBe(true);
    }),
  );
});

test("setWord() and word() agree, and finish() leaves no more than an eighth unused", () => {
  const builder = new OctetBuilder(1 << 16);
  const reference = builder.allocate(2);
  builder.setWord(reference, 1, 0xfffffffe);
  expect(builder.word(reference, 1)).toBe(0xfffffffe);
  expect(builder.finish().byteLength).toBe(8);
  const full = new OctetBuilder(1000);
  full.append(new Uint8Array(900));
  expect(full.finish().byteLength).toBe(1000);
});

test("OctetBuilder takes as much as its limit, and says so of more", () => {
  const builder = new OctetBuilder(64, 200);
  builder.append(new Uint8Array(101));
  expect(builder.allocate(24)).toBe(104);
  expect(builder.finish().byteLength).toBe(200);
  const more = [
    () => builder.append16(1),
    () => builder.append32(1),
    () => builder.append(Uint8Array.of(1)),
    () => builder.allocate(1),
  ];
  for (const add of more) expect(add).toThrow(ImageTooLargeError);
  expect(builder.length).toBe(200);
  expect(() => new OctetBuilder(1000, 200).allocate(51)).toThrow("at most 200 octets");
});

test("OctetBuilder has references that are no negative numbers when they are read", () => {
  expect(MAX_IMAGE_OCTETS >> 2).toBeGreaterThan(0);
  expect((MAX_IMAGE_OCTETS + 4) >> 2).toBeLessThan(0);
  expect(MAX_IMAGE_OCTETS % 4).toBe(0);
});

test("OctetBuilder says that there is no memory for more", () => {
  const builder = new OctetBuilder(64);
  vi.stubGlobal(
    "SharedArrayBuffer",
    class {
      constructor() {
        throw new RangeError("Array buffer allocation failed");
      }
    },
  );
  try {
    expect(() => builder.allocate(100)).toThrow(ImageTooLargeError);
    expect(() => builder.allocate(100)).toThrow("no memory for an image of 512 octets");
  } finally {
    vi.unstubAllGlobals();
  }
});
