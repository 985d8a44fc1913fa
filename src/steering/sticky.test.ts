import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideIn, pool, record, zoneOf } from "../../test/support/steering-model.ts";
import { createKeyOf } from "../address/key.ts";
import { parseAddress } from "../address/parse.ts";
import type { PoolValue, Zone } from "../zone/model.ts";
import type { Answer } from "./decision.ts";
import { findSeed, pickSticky } from "./sticky.ts";

const VALUES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
const CLIENTS = Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 0xff}.7`);

function answerOf(
  values: readonly string[],
  weights: Readonly<Record<string, number>> = {},
): Answer {
  const sticky = pool("eu", values, { policy: "sticky" });
  const weighted = sticky.values.map(
    (value): PoolValue => ({ ...value, weight: weights[value.text] ?? 1 }),
  );
  const decision = decideIn({}, zoneOf([{ ...sticky, values: weighted }]), record(), [0]);
  if (decision.kind !== "answer") throw new Error(decision.kind);
  return decision;
}

function pick(answer: Answer, client: string): string {
  const { index } = pickSticky(answer, createKeyOf(parseAddress(client)!));
  return answer.values[index]!.text;
}

describe("policy sticky", () => {
  it("gives one record, the same for a whole prefix", () => {
    const answer = answerOf(VALUES);
    expect(answer).toMatchObject({ answers: 1, rotate: false, policy: "sticky" });
    expect(pickSticky(answer, createKeyOf(parseAddress("10.0.0.7")!)).prefix).toBe(24);
    expect(pickSticky(answer, createKeyOf(parseAddress("2001:db8::7")!)).prefix).toBe(56);
    for (const client of CLIENTS.slice(0, 100)) {
      expect(pick(answer, client)).toBe(pick(answer, client.replace(/7$/, "250")));
    }
    const six = ["2001:db8:0:aa01::1", "2001:db8:0:aaff::2"].map((client) => pick(answer, client));
    expect(new Set(six).size).toBe(1);
  });

  it("moves only the clients of a value that is lost, and evenly to all others", () => {
    for (const lost of VALUES) {
      const before = answerOf(VALUES);
      const after = answerOf(VALUES.filter((value) => value !== lost));
      const moved = CLIENTS.filter((client) => pick(before, client) === lost);
      for (const client of CLIENTS) {
        if (!moved.includes(client)) expect(pick(after, client)).toBe(pick(before, client));
      }
      expect(moved.length).toBeGreaterThan(900);
      expect(moved.length).toBeLessThan(1100);
      for (const value of VALUES.filter((one) => one !== lost)) {
        const taken = moved.filter((client) => pick(after, client) === value).length;
        expect(taken / moved.length).toBeGreaterThan(0.2);
        expect(taken / moved.length).toBeLessThan(0.3);
      }
    }
  });

  it("moves clients only to the value whose weight rises", () => {
    const before = answerOf(VALUES);
    const after = answerOf(VALUES, { "192.0.2.3": 3 });
    for (const client of CLIENTS) {
      const now = pick(after, client);
      if (now !== "192.0.2.3") expect(now).toBe(pick(before, client));
    }
  });

  it("shares clients in proportion to the weights", () => {
    const weights = {
      "192.0.2.1": 1,
      "192.0.2.2": 2,
      "192.0.2.3": 3,
      "192.0.2.4": 4,
      "192.0.2.5": 6,
    };
    const answer = answerOf(VALUES, weights);
    for (const [value, weight] of Object.entries(weights)) {
      const share = weight / 16;
      const found = CLIENTS.filter((client) => pick(answer, client) === value).length;
      // Five standard deviations of a binomial distribution.
      const slack = 5 * Math.sqrt(share * (1 - share) * CLIENTS.length);
      expect(Math.abs(found - share * CLIENTS.length)).toBeLessThan(slack);
    }
  });

  it("does not depend on the order of the values", () =>
    fc.assert(
      fc.property(
        fc.shuffledSubarray(VALUES, { minLength: 2, maxLength: 5 }),
        fc.ipV4(),
        (values, client) => {
          expect(pick(answerOf(values), client)).toBe(pick(answerOf([...values].sort()), client));
        },
      ),
    ));

  it("gives a single value without asking who wants it", () => {
    expect(answerOf(["192.0.2.1"]).sticky).toBeUndefined();
  });
});

it("findSeed() is the same in every release: servers of one zone may run different ones", () => {
  const zone = { apex: Buffer.from("\x07example\x03com\0", "latin1") } as unknown as Zone;
  // FNV-1a and the finalizer of MurmurHash3, worked out by other means.
  expect(findSeed(zone, "192.0.2.1")).toBe(2536580212);
  expect(findSeed(zone, "cdn.example.")).toBe(3915540723);
});
