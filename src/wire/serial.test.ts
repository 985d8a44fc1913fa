import fc from "fast-check";
import { expect, test } from "vitest";
import { isNewerSerial } from "./serial.ts";

const serial = fc.integer({ min: 0, max: 0xffff_ffff });

test("isNewerSerial() counts on over the end of 32 bits", () => {
  expect(isNewerSerial(1, 0)).toBe(true);
  expect(isNewerSerial(0, 0xffff_ffff)).toBe(true);
  expect(isNewerSerial(0xffff_ffff, 0)).toBe(false);
  expect(isNewerSerial(0x8000_0000, 1)).toBe(true);
});

test("isNewerSerial() has no order for serials half the circle apart, and none for equal ones", () => {
  fc.assert(
    fc.property(serial, (a) => {
      const opposite = (a + 2 ** 31) % 2 ** 32;
      expect(isNewerSerial(a, opposite) || isNewerSerial(opposite, a)).toBe(false);
      expect(isNewerSerial(a, a)).toBe(false);
    }),
  );
});

test("isNewerSerial() orders any two others one way", () => {
  fc.assert(
    fc.property(serial, serial, (a, b) => {
      fc.pre(a !== b && (a + 2 ** 31) % 2 ** 32 !== b);
      expect(isNewerSerial(a, b)).toBe(!isNewerSerial(b, a));
    }),
  );
});
