import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameReader, INCOMPLETE, MAX_QUERY_OCTETS, REFUSED } from "./frame-reader.ts";

function frame(message: Uint8Array): number[] {
  return [message.length >> 8, message.length & 0xff, ...message];
}

function readAll(reader: FrameReader, chunk: Uint8Array): Uint8Array[] {
  reader.push(chunk);
  const messages: Uint8Array[] = [];
  for (let length = reader.next(); length > 0; length = reader.next()) {
    messages.push(reader.message.slice(0, length));
  }
  return messages;
}

it("next() finds the same messages however the stream is cut", () => {
  const message = fc.uint8Array({ minLength: 12, maxLength: 300 });
  const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 10 }), cuts, (messages, sizes) => {
      const stream = Uint8Array.from(messages.flatMap(frame));
      const reader = new FrameReader();
      const found: Uint8Array[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length]!;
        found.push(...readAll(reader, stream.subarray(at, at + size)));
        at += size;
      }
      expect(found).toEqual(messages);
      expect(reader.isWithinMessage).toBe(false);
    }),
  );
});

it("next() takes a message of the greatest length and refuses a longer one at its prefix", () => {
  const reader = new FrameReader();
  const longest = new Uint8Array(MAX_QUERY_OCTETS).fill(7);
  expect(readAll(reader, Uint8Array.from(frame(longest)))).toEqual([longest]);
  reader.push(Uint8Array.of((MAX_QUERY_OCTETS + 1) >> 8, (MAX_QUERY_OCTETS + 1) & 0xff));
  expect(reader.next()).toBe(REFUSED);
});

it.each([0, 5, 11, 60_000, 65_535])("next() refuses the length %d", (length) => {
  const reader = new FrameReader();
  reader.push(Uint8Array.of(length >> 8, length & 0xff, 1, 2, 3));
  expect(reader.next()).toBe(REFUSED);
});

it("isWithinMessage is true from the first octet of a message to its last but one", () => {
  const reader = new FrameReader();
  expect(reader.next()).toBe(INCOMPLETE);
  const octets = frame(new Uint8Array(12));
  for (const [i, octet] of octets.entries()) {
    expect(reader.isWithinMessage).toBe(i > 0);
    reader.push(Uint8Array.of(octet));
    expect(reader.next()).toBe(i === octets.length - 1 ? 12 : INCOMPLETE);
  }
  expect(reader.isWithinMessage).toBe(false);
});

it("next() keeps the parts of a message apart from what other streams bring meanwhile", () => {
  const [first, second] = [new Uint8Array(20).fill(1), new Uint8Array(300).fill(2)];
  const [cut, other] = [new FrameReader(), new FrameReader()];
  const octets = Uint8Array.from(frame(first));
  expect(readAll(cut, octets.subarray(0, 9))).toEqual([]);
  expect(readAll(other, Uint8Array.from(frame(second)))).toEqual([second]);
  expect(readAll(cut, octets.subarray(9))).toEqual([first]);
});
