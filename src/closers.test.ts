import { expect, test } from "vitest";
import { Closers } from "./closers.ts";

test("close() closes the last first, one after the other, and all once", async () => {
  const closed: string[] = [];
  const closers = new Closers();
  closers.add(() => closed.push("first"));
  closers.add(async () => {
    // What is opened while the rest is closed is closed, too.
    closers.add(() => closed.push("late"));
    await Promise.resolve();
    closed.push("second");
  });
  await Promise.all([closers.close(), closers.close()]);
  await closers.close();
  expect(closed).toEqual(["second", "late", "first"]);
});
