import { expect, test } from "vitest";
import { record } from "../../test/support/steering-model.ts";
import { keyOfPlan } from "../image/compile-segment.ts";
import { findPlanNumber } from "./served-zone.ts";

test("findPlanNumber() finds the plan of the same settings, of each state of a zone its own", () => {
  const rrset = record();
  const before = { planNumbers: new Map([[keyOfPlan(record()), 3]]) };
  const after = { planNumbers: new Map([[keyOfPlan(record()), 7]]) };
  const other = { planNumbers: new Map([[keyOfPlan(record({ ttl: 31 })), 9]]) };
  expect([before, after, other, before].map((zone) => findPlanNumber(zone, rrset))).toEqual([
    3,
    7,
    undefined,
    3,
  ]);
});

test("findPlanNumber() reads the settings once, however many classes of clients there are", () => {
  let reads = 0;
  const rrset = {
    ...record(),
    get rules() {
      reads += 1;
      return [];
    },
  };
  const zone = { planNumbers: new Map([[keyOfPlan(record()), 3]]) };
  for (let i = 0; i < 1000; i++) expect(findPlanNumber(zone, rrset)).toBe(3);
  expect(reads).toBe(1);
});
