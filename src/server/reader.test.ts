import { expect, it } from "vitest";
import {
  ECHO,
  ECHO_OCTETS,
  echoOptions,
  echoPublication,
  echoQuery,
} from "../../test/support/echo-engine.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { createContext } from "../answer/context.ts";
import type { ImageReader } from "./engine.ts";
import { Reader } from "./reader.ts";
import { ThreadRotation } from "./thread-rotation.ts";

const QUERY = echoQuery();

function createReader(): { reader: Reader<ImageReader>; faults: unknown[] } {
  const faults: unknown[] = [];
  const counters = new Uint32Array(echoOptions.answerCounters);
  const context = createContext(counters, DEFAULT_ANSWER_SETTINGS);
  const reader = new Reader(echoOptions.engine, context, (error) => faults.push(error));
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

it("takeRotation() goes on in a larger buffer", () => {
  const { reader } = createReader();
  const rotation = new ThreadRotation(0);
  reader.takeRotation(rotation.settle());
  reader.context.rotation.set([5, 6]);
  reader.takeRotation(rotation.grow(5000)!);
  reader.context.rotation[4999] = 7;
  const { counters } = rotation.view();
  expect([counters[0], counters[1], counters[2], counters[4999]]).toEqual([5, 6, 0, 7]);
});
