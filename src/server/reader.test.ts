import { expect, it } from "vitest";
import {
  ECHO,
  ECHO_OCTETS,
  echoOptions,
  echoPublication,
  echoQuery,
} from "../../test/support/echo-engine.ts";
import type { ImageReader } from "./engine.ts";
import { Reader } from "./reader.ts";

const QUERY = echoQuery();

function createReader(thread = 0): { reader: Reader<ImageReader>; faults: unknown[] } {
  const faults: unknown[] = [];
  const counters = new Uint32Array(echoOptions.answerCounters);
  const reader = new Reader(echoOptions.engine, counters, thread, (error) => faults.push(error));
  return { reader, faults };
}

it("answer() is silent before the first publication", () => {
  const { reader } = createReader();
  expect(reader.isReady).toBe(false);
  expect(reader.answer(QUERY, QUERY.length, 0, new Uint8Array(4096))).toBe(0);
  reader.apply(echoPublication(1, 0));
  expect(reader.isReady).toBe(true);
  const length = reader.answer(QUERY, QUERY.length, 0, new Uint8Array(4096));
  expect(length).toBe(QUERY.length + ECHO_OCTETS);
});

it("answer() turns a throw into a bare SERVFAIL header, and goes on", () => {
  const { reader, faults } = createReader();
  reader.apply(echoPublication(1, 0));
  const out = new Uint8Array(4096).fill(0xff);
  const query = echoQuery(ECHO.throw);
  query[2] = 0x29;
  const length = reader.answer(query, query.length, 0, out);
  expect([...out.subarray(0, length)]).toEqual([0xde, 0xad, 0xa9, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(faults).toHaveLength(1);
  expect(reader.answer(QUERY, QUERY.length, 0, out)).toBeGreaterThan(12);
});

it("answer() stays silent when a response or a mere piece of a header provokes a throw", () => {
  const { reader, faults } = createReader();
  reader.apply(echoPublication(1, 0));
  const query = echoQuery(ECHO.throw);
  query[2] = 0x80;
  expect(reader.answer(query, 12, 0, new Uint8Array(4096))).toBe(0);
  query[2] = 0;
  expect(reader.answer(query, 11, 0, new Uint8Array(4096))).toBe(0);
  expect(faults).toHaveLength(2);
});

it("apply() grows the rotation and keeps the counters that are there", () => {
  const { reader } = createReader();
  reader.apply(echoPublication(1, 2));
  reader.context.rotation.set([5, 6]);
  reader.apply(echoPublication(2, 4));
  expect([...reader.context.rotation]).toEqual([5, 6, 0, 0]);
  reader.apply(echoPublication(3, 1));
  expect([...reader.context.rotation]).toEqual([5, 6, 0, 0]);
});

it("rotation starts at 0 in the first thread and elsewhere in every other", () => {
  const starts = Array.from({ length: 64 }, (_, thread) => {
    const { reader } = createReader(thread);
    reader.apply(echoPublication(1, 1));
    return reader.context.rotation[0];
  });
  expect(starts[0]).toBe(0);
  expect(new Set(starts).size).toBe(64);
});
