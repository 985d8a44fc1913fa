import { beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { silentLog } from "../log/log.ts";
import { TSIG_ALGORITHMS } from "../tsig/algorithms.ts";
import { createKeyring } from "../tsig/keyring.ts";
import { MissingKeys } from "./missing-keys.ts";

const keyring = createKeyring([
  { name: "k.example", algorithm: TSIG_ALGORITHMS[0]!, secret: Buffer.from("0123456789abcdef") },
]);

let clock: FakeClock;
let told: object[];
let keys: MissingKeys;
beforeEach(() => {
  clock = createFakeClock();
  told = [];
  keys = new MissingKeys({
    keyring,
    clock,
    log: { ...silentLog, warn: (fields) => told.push(fields) },
  });
});

test("note() tells of all zones of a key in one line", () => {
  for (let i = 0; i < 10_000; i++) {
    keys.note(`z${i}.example.`, new Set(["k.example.", "gone.", ...(i < 2 ? ["other."] : [])]));
  }
  clock.advance(1000);
  expect(told).toEqual([
    { key: "gone.", zones: 10_000, zone: "z0.example." },
    { key: "other.", zones: 2, zone: "z0.example." },
  ]);
});

test("note() tells of a zone once, and again if that was over in between", () => {
  const gone = new Set(["gone."]);
  keys.note("a.example.", gone);
  clock.advance(1000);
  keys.note("a.example.", gone);
  keys.note("b.example.", gone);
  clock.advance(1000);
  expect(told.slice(1)).toEqual([{ key: "gone.", zones: 1, zone: "b.example." }]);
  keys.note("a.example.", new Set());
  keys.forget("b.example.");
  keys.note("a.example.", gone);
  keys.note("b.example.", gone);
  clock.advance(1000);
  expect(told.slice(2)).toEqual([{ key: "gone.", zones: 2, zone: "a.example." }]);
  expect(clock.pendingTimers()).toBe(0);
});

test("close() leaves no timer behind", () => {
  keys.note("a.example.", new Set(["gone."]));
  keys.close();
  expect(clock.pendingTimers()).toBe(0);
});
