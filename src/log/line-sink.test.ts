import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLineSink, type LineSink } from "./line-sink.ts";

/** A descriptor that takes `room` octets and then throws `code`. */
class FakeDescriptor {
  room = Number.POSITIVE_INFINITY;
  code = "EAGAIN";
  written = "";

  readonly write = (octets: Uint8Array): number => {
    if (this.room === 0) throw Object.assign(new Error(this.code), { code: this.code });
    const taken = Math.min(this.room, octets.length);
    this.room -= taken;
    this.written += Buffer.from(octets.subarray(0, taken)).toString();
    return taken;
  };
}

let descriptor: FakeDescriptor;
let sink: LineSink;

beforeEach(() => {
  vi.useFakeTimers();
  descriptor = new FakeDescriptor();
  sink = createLineSink({
    writeOctets: descriptor.write,
    droppedLine: (count) => `${count} dropped\n`,
    limitBytes: 12,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test("write() writes at once when the descriptor takes it", () => {
  sink.write("one\n");
  sink.write("two\n");
  expect(descriptor.written).toBe("one\ntwo\n");
});

test("write() keeps at most limitBytes for a stalled reader, counts the rest and says so when it flows again", () => {
  descriptor.room = 2;
  for (let i = 0; i < 7; i++) sink.write(`no${i}\n`);
  expect(descriptor.written).toBe("no");
  descriptor.room = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(100);
  expect(descriptor.written).toBe("no0\nno1\nno2\n4 dropped\n");
  sink.write("on\n");
  expect(descriptor.written).toBe("no0\nno1\nno2\n4 dropped\non\n");
});

test("write() survives a reader that is gone and reports the lost lines to the next one", () => {
  descriptor.room = 0;
  descriptor.code = "EPIPE";
  sink.write("one\n");
  sink.write("two\n");
  vi.advanceTimersByTime(100);
  descriptor.room = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(100);
  sink.write("three\n");
  expect(descriptor.written).toBe("2 dropped\nthree\n");
});

test("write() starts a new line after one that an error cut in its middle", () => {
  descriptor.room = 2;
  descriptor.code = "ENOSPC";
  sink.write("one\n");
  descriptor.room = Number.POSITIVE_INFINITY;
  sink.write("two\n");
  vi.advanceTimersByTime(100);
  expect(descriptor.written).toBe("on\ntwo\n1 dropped\n");
});

test("flush() writes what waits without waiting for the timer", () => {
  descriptor.room = 0;
  sink.write("one\n");
  descriptor.room = Number.POSITIVE_INFINITY;
  sink.flush();
  expect(descriptor.written).toBe("one\n");
});
