import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_AGE_MS, type Moment, parseHealth, serializeHealth } from "./persist.ts";
import type { SavedHealth } from "./saved-health.ts";

const WRITTEN: Moment = { wallMs: 1_700_000_000_000, bootMs: 5_000_000, bootId: "boot-1" };
const SAVED: SavedHealth = new Map([
  ["a", { verdict: "up", sinceAgeMs: 10_000, downAgesMs: [], lastError: undefined }],
  [
    "__proto__",
    { verdict: "down", sinceAgeMs: 5, downAgesMs: [5, 60_000], lastError: "no answer" },
  ],
]);
const TEXT = serializeHealth(SAVED, WRITTEN);

function later(ms: number, changes: Partial<Moment> = {}): Moment {
  return { ...WRITTEN, wallMs: WRITTEN.wallMs + ms, bootMs: WRITTEN.bootMs + ms, ...changes };
}

function reasonFor(text: string, moment: Moment): string {
  const parsed = parseHealth(text, moment);
  return parsed.kind === "ignored" ? parsed.reason : "adopted";
}

test("parseHealth() reads what serializeHealth() wrote", () => {
  expect(parseHealth(TEXT, WRITTEN)).toEqual({ kind: "adopted", saved: SAVED });
});

test("parseHealth() ages everything by the time that has passed", () => {
  const parsed = parseHealth(TEXT, later(60_000));
  expect(parsed.kind === "adopted" && parsed.saved.get("__proto__")).toEqual({
    verdict: "down",
    sinceAgeMs: 60_005,
    downAgesMs: [60_005, 120_000],
    lastError: "no answer",
  });
});

test("parseHealth() forgets downs that are older than 30 minutes by now", () => {
  const downAgesMs = [29 * 60_000, 31 * 60_000];
  const text = serializeHealth(
    new Map([["a", { verdict: "up", sinceAgeMs: 0, downAgesMs, lastError: undefined }]]),
    WRITTEN,
  );
  const parsed = parseHealth(text, later(30_000));
  expect(parsed.kind === "adopted" && parsed.saved.get("a")?.downAgesMs).toEqual([
    29 * 60_000 + 30_000,
  ]);
});

test("parseHealth() takes the age from the monotonic clock within one boot", () => {
  const parsed = parseHealth(TEXT, later(1000, { wallMs: WRITTEN.wallMs + 600_000 }));
  expect(parsed.kind === "adopted" && parsed.saved.get("a")?.sinceAgeMs).toBe(11_000);
});

test("parseHealth() takes the age from the wall clock after a reboot", () => {
  for (const changes of [{ bootId: "boot-2" }, { bootId: undefined }, { bootMs: 1 }]) {
    const parsed = parseHealth(TEXT, later(60_000, changes));
    expect(parsed.kind === "adopted" && parsed.saved.get("a")?.sinceAgeMs).toBe(70_000);
  }
});

test("parseHealth() adopts files of 0 to 15 minutes by the wall clock", () => {
  expect(reasonFor(TEXT, later(0))).toBe("adopted");
  expect(reasonFor(TEXT, later(MAX_AGE_MS))).toBe("adopted");
  expect(reasonFor(TEXT, later(MAX_AGE_MS + 1))).toBe("it is more than 15 minutes old");
  expect(reasonFor(TEXT, later(-1))).toBe("it was written in the future");
});

test.for([
  ["", "it is not JSON"],
  [TEXT.slice(0, TEXT.length / 2), "it is not JSON"],
  ["null", "it is of an unknown format"],
  ["[]", "it is of an unknown format"],
  [TEXT.replace('"format":1', '"format":2'), "it is of an unknown format"],
  [TEXT.replace(`${WRITTEN.wallMs}`, '"now"'), "it is not complete"],
  [TEXT.replace('"verdict":"up"', '"verdict":"init"'), "it holds a target that makes no sense"],
  [TEXT.replace('"sinceAgeMs":10000', '"sinceAgeMs":-1'), "it holds a target that makes no sense"],
  [TEXT.replace("[5,60000]", `[${"1,".repeat(100)}1]`), "it holds a target that makes no sense"],
  [" ".repeat(17 * 1024 * 1024), "it is too large"],
] as const)("parseHealth() ignores a file because %#", ([text, reason]) => {
  expect(reasonFor(text, WRITTEN)).toBe(reason);
});

test("parseHealth() never throws, and adopts nothing but sound verdicts", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat({ max: TEXT.length - 1 }), fc.string(), (json, at, piece) => {
      for (const text of [json, TEXT.slice(0, at) + piece + TEXT.slice(at + piece.length)]) {
        const parsed = parseHealth(text, WRITTEN);
        if (parsed.kind === "ignored") continue;
        for (const { verdict, sinceAgeMs, downAgesMs } of parsed.saved.values()) {
          expect(["up", "down"]).toContain(verdict);
          for (const age of [sinceAgeMs, ...downAgesMs]) expect(age).toBeGreaterThanOrEqual(0);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("serializeHealth() cuts long errors so that its own file is not refused", () => {
  const target = {
    verdict: "down" as const,
    sinceAgeMs: 1,
    downAgesMs: [1],
    lastError: "x".repeat(5000),
  };
  const text = serializeHealth(new Map([["a", target]]), WRITTEN);
  expect(reasonFor(text, WRITTEN)).toBe("adopted");
});
