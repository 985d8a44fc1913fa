import { expect, it } from "vitest";
import { createFaultReporter, type FaultReport } from "./fault-reporter.ts";

it("reports once a second, with how many faults there were", () => {
  const reports: FaultReport[] = [];
  let now = 5;
  const note = createFaultReporter(
    (report) => reports.push(report),
    () => now,
  );
  note(new Error("first"));
  for (let i = 0; i < 10; i++) note(new Error("more"));
  expect(reports.map(({ count }) => count)).toEqual([1]);
  expect(reports[0]?.stack).toContain("first");
  now += 1000;
  note("not an error");
  expect(reports[1]).toEqual({ type: "fault", stack: "not an error", count: 11 });
});
