import { expect, test } from "vitest";
import { createTargets } from "../../test/support/health-targets.ts";
import { createVelocityLimit } from "./velocity.ts";

const targets = createTargets(8);
const byKey = new Map(targets.map((target) => [target.key, target]));
const keys = targets.map(({ key }) => key);
const NOBODY = (): boolean => false;

test("allows() counts values, not targets: a second check of a value that is out costs nothing", () => {
  const velocity = createVelocityLimit();
  const values = [0, 1, 2, 3].map((i) => ({ targets: [keys[i]!, keys[i + 4]!] }));
  velocity.configure([{ name: "eu", values }], byKey);
  const down = new Set<string>();
  const isDown = (key: string): boolean => down.has(key);
  for (const key of [keys[0]!, keys[4]!, keys[1]!, keys[5]!]) {
    expect(velocity.allows(key, isDown, 0)).toBe(true);
    velocity.record(key, isDown, 0);
    down.add(key);
  }
  expect(velocity.allows(keys[2]!, isDown, 0)).toBe(false);
});

test("allows() lets a target go that stands for a whole pool, once", () => {
  const velocity = createVelocityLimit();
  const values = Array.from({ length: 4 }, () => ({ targets: [keys[0]!] }));
  velocity.configure([{ name: "eu", values: [...values, { targets: [keys[1]!] }] }], byKey);
  expect(velocity.allows(keys[0]!, NOBODY, 0)).toBe(true);
  velocity.record(keys[0]!, NOBODY, 0);
  expect(velocity.allows(keys[1]!, (key) => key === keys[0], 0)).toBe(false);
});

test("allows() asks every pool that a target stands in", () => {
  const velocity = createVelocityLimit();
  const values = keys.slice(0, 4).map((key) => ({ targets: [key] }));
  const others = keys.slice(2, 6).map((key) => ({ targets: [key] }));
  velocity.configure(
    [
      { name: "pool", values },
      { name: "pool", values: others },
    ],
    byKey,
  );
  for (const key of keys.slice(0, 2)) velocity.record(key, NOBODY, 0);
  expect(velocity.allows(keys[2]!, NOBODY, 0)).toBe(false);
  expect(velocity.allows(keys[4]!, NOBODY, 0)).toBe(true);
});

test("configure() remembers who has just left a pool of the same name", () => {
  const velocity = createVelocityLimit();
  const groups = [{ name: "eu", values: keys.slice(0, 4).map((key) => ({ targets: [key] })) }];
  velocity.configure(groups, byKey);
  for (const key of keys.slice(0, 2)) velocity.record(key, NOBODY, 0);
  velocity.configure(groups, byKey);
  expect(velocity.allows(keys[2]!, NOBODY, 0)).toBe(false);
});

test("allows() does not limit targets without a pool", () => {
  const velocity = createVelocityLimit();
  velocity.configure([], byKey);
  expect(velocity.allows(keys[0]!, NOBODY, 0)).toBe(true);
});
