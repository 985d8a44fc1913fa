import { expect, test } from "vitest";
import type { LogFields } from "../log/log.ts";
import { silentLog } from "../log/log.ts";
import { createLinkLog } from "./link-log.ts";

test("createLinkLog() tells of each link once, and again if it has been mended meanwhile", () => {
  const told: unknown[] = [];
  const warn = ({ file, count }: LogFields): number => told.push(file ?? count);
  const report = createLinkLog({ ...silentLog, warn });
  report(["a"]);
  report(["a", "b"]);
  report(["b"]);
  report(["a", "b"]);
  expect(told).toEqual(["a", "b", "a"]);
  told.length = 0;
  report(Array.from({ length: 150 }, (_, i) => `x${i}`));
  expect(told).toHaveLength(101);
  expect(told.at(-1)).toBe(50);
});
