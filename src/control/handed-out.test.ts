import { describe, expect, it } from "vitest";
import type { AnswerSet } from "../image/answer-sets.ts";
import { HandedOut } from "./handed-out.ts";

function setOf(ttl: number, ...values: number[]): Exclude<AnswerSet, string> {
  return {
    type: 1,
    ttl,
    rdata: values.map((last) => Uint8Array.of(192, 0, 2, last)),
    answers: values.length,
    cycle: undefined,
    rotation: 0,
    sticky: undefined,
  };
}

const ONE = Uint8Array.of(192, 0, 2, 1);

describe("HandedOut", () => {
  it("knows the largest TTL that a cache may still hold a value with", () => {
    const handedOut = new HandedOut();
    expect(handedOut.largestTtl(1, ONE, 0)).toBe(0);
    const [long, short] = [setOf(300, 1, 2), setOf(30, 1)];
    handedOut.note([long, "nodata"], 1000);
    expect(handedOut.largestTtl(1, ONE, 2000)).toBe(300);
    handedOut.note([short], 10_000);
    // Answers of 10 s after the start are in caches for 300 s.
    expect(handedOut.largestTtl(1, ONE, 309_999)).toBe(300);
    expect(handedOut.largestTtl(1, ONE, 310_000)).toBe(30);
    expect(handedOut.largestTtl(28, ONE, 20_000)).toBe(0);
  });

  it("tells whether a value is answered now", () => {
    const handedOut = new HandedOut();
    const [first, second] = [setOf(30, 1), setOf(30, 1)];
    handedOut.note([first, second], 0);
    handedOut.note([second], 1);
    expect(handedOut.isAnswered(1, ONE)).toBe(true);
    handedOut.note(["servfail"], 2);
    expect(handedOut.isAnswered(1, ONE)).toBe(false);
    handedOut.note([first], 3);
    expect(handedOut.isAnswered(1, ONE)).toBe(true);
  });

  it("forgets what no cache can hold any more, and nothing else", () => {
    const handedOut = new HandedOut();
    handedOut.note([setOf(300, 1), setOf(30, 1), setOf(30, 2), setOf(30, 3)], 0);
    const kept = setOf(60, 3);
    handedOut.note([kept], 1000);
    expect(handedOut.size).toBe(3);
    handedOut.note([kept], 31_000);
    expect(handedOut.size).toBe(2);
    expect(handedOut.largestTtl(1, ONE, 31_000)).toBe(300);
    handedOut.note([kept], 301_000);
    expect(handedOut.size).toBe(1);
    handedOut.note([setOf(60, 1)], 400_000);
    handedOut.note([], 410_000);
    expect(handedOut.size).toBe(2);
    handedOut.note([], 470_000);
    expect(handedOut.size).toBe(0);
  });
});
