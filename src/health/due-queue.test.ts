import fc from "fast-check";
import { expect, test } from "vitest";
import { createDueQueue } from "./due-queue.ts";

test("createDueQueue() gives what is due first, and of equal times what was added first", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 9 }))), (operations) => {
      const queue = createDueQueue<number>();
      const model: { item: number; due: number }[] = [];
      for (const [item, due] of operations.entries()) {
        if (due === null) {
          queue.drop();
          model.shift();
        } else {
          queue.add(item, due);
          model.push({ item, due });
          model.sort((a, b) => a.due - b.due || a.item - b.item);
        }
        expect(queue.peek()?.item).toBe(model[0]?.item);
      }
    }),
  );
});
