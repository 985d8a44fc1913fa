import { expect, test } from "vitest";
import { SilentPrimaries } from "./silent-primaries.ts";

test("isShunned() holds after silence for a minute, and not after an answer", () => {
  let now = 0;
  const silent = new SilentPrimaries(() => now);
  expect(silent.isShunned("a")).toBe(false);
  silent.note("a", true);
  now = 59_999;
  expect([silent.isShunned("a"), silent.isShunned("b")]).toEqual([true, false]);
  silent.note("a", false);
  expect(silent.isShunned("a")).toBe(false);
});

test("noteTry() has one try once the time is over, and not the others", () => {
  let now = 0;
  const silent = new SilentPrimaries(() => now);
  silent.note("a", true);
  now = 60_000;
  expect([silent.isShunned("a"), silent.isShunned("a")]).toEqual([false, false]);
  silent.noteTry("a");
  silent.noteTry("b");
  expect([silent.isShunned("a"), silent.isShunned("b")]).toEqual([true, false]);
});
