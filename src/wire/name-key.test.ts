import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerName, parseName } from "./name.ts";
import { NameKey, slotOf, slotsFor } from "./name-key.ts";

const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
const name = fc
  .array(label, { maxLength: 10 })
  .map((labels) => Uint8Array.from([...labels.flatMap((octets) => [octets.length, ...octets]), 0]));

function keyOf(octets: Uint8Array): NameKey {
  const key = new NameKey();
  key.read(octets, 0, octets.length);
  return key;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.length);
}

test("suffixEquals() looks at every octet", () => {
  fc.assert(
    fc.property(name, fc.nat(), (octets, place) => {
      const at = place % octets.length;
      const other = lowerName(octets);
      other[at]! ^= 0x80;
      expect(keyOf(octets).suffixEquals(0, viewOf(other), 0, other.length, 0)).toBe(false);
    }),
  );
});

test("read() lower-cases the name and returns the offset behind it", () => {
  fc.assert(
    fc.property(name, fc.nat(30), (octets, before) => {
      const message = new Uint8Array(before + octets.length + 4);
      message.set(octets, before);
      const key = new NameKey();
      expect(key.read(message, before, message.length)).toBe(before + octets.length);
      expect(key.octets.slice(0, key.length)).toEqual(lowerName(octets));
    }),
  );
});

test("read() gives a suffix the hash it has as a name of its own", () => {
  fc.assert(
    fc.property(name, (octets) => {
      const key = keyOf(octets);
      for (let i = 0; i <= key.labels; i++) {
        const suffix = octets.slice(key.offsets[i]);
        expect(key.hashes[i]).toBe(keyOf(suffix).hashes[0]);
        expect(key.suffixEquals(i, viewOf(lowerName(suffix)), 0, suffix.length, 0)).toBe(true);
      }
    }),
  );
});

test("read() refuses every name that is cut short", () => {
  fc.assert(
    fc.property(name, (octets) => {
      const key = new NameKey();
      for (let end = 0; end < octets.length; end++) expect(key.read(octets, 0, end)).toBe(-1);
    }),
  );
});

test("read() takes 255 octets and 127 labels, and no more", () => {
  const longest = Uint8Array.from([...Array.from({ length: 127 }, () => [1, 97]).flat(), 0]);
  expect(new NameKey().read(longest, 0, longest.length)).toBe(255);
  const tooLong = Uint8Array.from([2, 97, 97, ...longest.subarray(2)]);
  expect(new NameKey().read(tooLong, 0, tooLong.length)).toBe(-1);
});

test.for([0x40, 0x80, 0xc0, 0xff])("read() refuses a label of type 0x%x", (size) => {
  const octets = new Uint8Array(300).fill(97);
  octets[0] = size;
  expect(new NameKey().read(octets, 0, octets.length)).toBe(-1);
});

test("suffixEquals() tells one label with a dot from two labels", () => {
  const one = parseName("a\\.b.example.");
  const two = parseName("a.b.example.");
  if (!("name" in one) || !("name" in two)) throw new Error("both are names");
  expect(keyOf(one.name).suffixEquals(0, viewOf(two.name), 0, two.name.length, 0)).toBe(false);
});

test("slotsFor() leaves at least half of the slots free", () => {
  for (const count of [0, 1, 4, 5, 1000]) expect(slotsFor(count)).toBeGreaterThanOrEqual(count * 2);
});

test("slotOf() spreads names that differ in one octet", () => {
  const mask = slotsFor(1000) - 1;
  const slots = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const digits = String(i).padStart(4, "0");
    slots.add(slotOf(keyOf(Uint8Array.from([4, ...Buffer.from(digits), 0])).hashes[0]!, mask));
  }
  // 1000 throws of a fair die with 2048 faces show about 790 of them.
  expect(slots.size).toBeGreaterThan(700);
});
