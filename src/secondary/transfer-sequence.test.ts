import { expect, test } from "vitest";
import { TransferSequence } from "./transfer-sequence.ts";

/** Serials are SOA records, "x" any other. */
function run(own: number | undefined, ...records: (number | "x")[]): string {
  const sequence = new TransferSequence(own);
  const steps = records.map((one) => sequence.take(one === "x" ? undefined : one));
  return `${steps.join(" ")}${sequence.isComplete ? "." : ""}`;
}

test("take() reads a whole zone from SOA to SOA", () => {
  expect(run(undefined, 7, "x", "x", 7)).toBe("content content content end.");
  expect(run(undefined, 7, 7)).toBe("content end.");
  expect(run(undefined, 7, "x")).toBe("content content");
});

test("take() reads changes, and changes that follow on changes (RFC 1995 §4)", () => {
  expect(run(1, 2, 1, "x", 2, "x", 2)).toBe("opening delete delete add add end.");
  expect(run(1, 3, 1, "x", 2, "x", "x", 2, 3, "x", 3)).toBe(
    "opening delete delete add add add delete add add end.",
  );
  // Nothing but the SOA changes.
  expect(run(1, 2, 1, 2, 2)).toBe("opening delete add end.");
});

test("take() tells a whole zone from changes by the second record", () => {
  expect(run(1, 3, "x", "x", 3)).toBe("opening content content end.");
  const whole = new TransferSequence(1);
  whole.take(3);
  expect(whole.isIncremental).toBeUndefined();
  whole.take(undefined);
  expect(whole.isIncremental).toBe(false);
  const changes = new TransferSequence(1);
  changes.take(3);
  changes.take(1);
  expect(changes.isIncremental).toBe(true);
});

test.for([
  ["no SOA in front", undefined, ["x"]],
  ["another serial at the end", undefined, [7, "x", 8]],
  ["records behind the end", undefined, [7, "x", 7, "x"]],
  ["another SOA where the second record tells", 1, [3, 2]],
  ["changes that do not follow on each other", 1, [3, 1, 2, 1]],
  ["changes that lead elsewhere", 1, [3, 1, 2, 4]],
  ["another serial at the end of changes", 1, [3, 1, 3, "x", 2]],
  ["records behind the end of changes", 1, [2, 1, 2, 2, "x"]],
] as const)("take() refuses %s", ([, own, records]) => {
  expect(run(own, ...records)).toMatch(/wrong\.?$/);
});
