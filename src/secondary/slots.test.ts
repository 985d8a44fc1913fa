import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

/** Work that ends when told to, and notes when it began. */
function createWork(): {
  readonly begun: string[];
  work(name: string): () => Promise<string>;
  end(name: string): void;
} {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name) => () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    },
    end: (name) => ends.get(name)!(),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("use() begins no more than the limit, and goes on when one ends", async () => {
  const { begun, work, end } = createWork();
  const slots = new Slots(2, 2);
  const first = slots.use("a", work("1"));
  void slots.use("b", work("2"));
  void slots.use("c", work("3"));
  await settle();
  expect(begun).toEqual(["1", "2"]);
  end("1");
  expect(await first).toBe("1");
  await settle();
  expect(begun).toEqual(["1", "2", "3"]);
});

test("use() keeps one key from taking all slots, and lets keys take turns", async () => {
  const { begun, work, end } = createWork();
  const slots = new Slots(3, 2);
  for (const name of ["a1", "a2", "a3", "a4"]) void slots.use("a", work(name));
  for (const name of ["b1", "b2"]) void slots.use("b", work(name));
  await settle();
  expect(begun).toEqual(["a1", "a2", "b1"]);
  end("a1");
  await settle();
  end("b1");
  await settle();
  end("a3");
  await settle();
  expect(begun).toEqual(["a1", "a2", "b1", "a3", "b2", "a4"]);
});

test("use() frees the slot of work that fails", async () => {
  const slots = new Slots(1, 1);
  await expect(slots.use("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await slots.use("a", async () => 1)).toBe(1);
});
