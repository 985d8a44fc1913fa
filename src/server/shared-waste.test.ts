import { expect, it, vi } from "vitest";
import { SharedWaste } from "./shared-waste.ts";

const MEBIBYTE = 2 ** 20;

it("note() tells of what has been dropped, each octet once", () => {
  const reserve = vi.fn();
  const waste = new SharedWaste(reserve, (run) => run());
  waste.note(31 * MEBIBYTE);
  expect(reserve).not.toHaveBeenCalled();
  waste.note(MEBIBYTE);
  waste.note(100 * MEBIBYTE);
  waste.note(MEBIBYTE);
  expect(reserve.mock.calls).toEqual([[32 * MEBIBYTE], [100 * MEBIBYTE]]);
});

it("note() survives that nothing can be reserved", () => {
  const waste = new SharedWaste(
    () => {
      throw new RangeError("Array buffer allocation failed");
    },
    (run) => run(),
  );
  expect(() => waste.note(100 * MEBIBYTE)).not.toThrow();
});
