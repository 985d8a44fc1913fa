import { describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { findValue, readOverrideZone } from "../../test/support/override-zone.ts";
import { silentLog } from "../log/log.ts";
import type { Overrides } from "../steering/world.ts";
import { type NewOverride, OverrideStore } from "./overrides.ts";
import type { OverridesFile, SavedOverride } from "./overrides-file.ts";
import { parseSelector, type Selector } from "./selector.ts";

const zone = readOverrideZone();
const DAY = 86_400_000;

interface Bench {
  readonly store: OverrideStore;
  readonly clock: FakeClock;
  readonly views: Overrides[];
  saved: readonly SavedOverride[];
  failure: Error | undefined;
}

async function open(saved: readonly SavedOverride[] = [], wall = 5000): Promise<Bench> {
  const clock = createFakeClock();
  const views: Overrides[] = [];
  const file: OverridesFile = {
    read: async () => saved,
    write: async (list) => {
      if (bench.failure === undefined) bench.saved = list;
      return bench.failure;
    },
    settle: async () => {},
  };
  const store = await OverrideStore.open({
    file,
    clock,
    wallClock: () => wall + clock.now(),
    log: silentLog,
    onChange: (view) => views.push(view),
  });
  const bench: Bench = { store, clock, views, saved, failure: undefined };
  return bench;
}

function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if (typeof selector === "string") throw new Error(selector);
  return selector;
}

function wish(action: NewOverride["action"], selector: string, forMs?: number): NewOverride {
  return { action, selector: selectorOf(selector), by: "me", reason: undefined, forMs };
}

function actionFor(view: Overrides, text: string): string | undefined {
  const { pool, value } = findValue(zone, text);
  return view.find(zone, pool, value)?.action;
}

describe("OverrideStore", () => {
  it("tells in which order overrides were given, also over a restart", async () => {
    const order = (view: Overrides, text: string): number => {
      const { pool, value } = findValue(zone, text);
      return view.find(zone, pool, value)!.order;
    };
    const first = await open();
    for (const selector of ["198.51.100.10", "198.51.100.11", "198.51.100.10"])
      await first.store.add(wish("drain", selector));
    const expectOrder = (view: Overrides): void =>
      expect(order(view, "198.51.100.10")).toBeGreaterThan(order(view, "198.51.100.11"));
    expectOrder(first.store.view());
    const { store } = await open(first.saved);
    expectOrder(store.view());
    const last = store.preview(wish("up", "203.0.113.10"));
    expect(order(last, "203.0.113.10")).toBeGreaterThan(order(last, "198.51.100.10"));
  });

  it("lets the last that matches win", async () => {
    const { store, views } = await open();
    await store.add(wish("drain", "dc=fra"));
    await store.add(wish("up", "198.51.100.10"));
    expect(actionFor(views.at(-1)!, "198.51.100.10")).toBe("up");
    expect(actionFor(views.at(-1)!, "198.51.100.11")).toBe("drain");
    expect(actionFor(views.at(-1)!, "203.0.113.10")).toBeUndefined();
    // An equal one takes its place at the end.
    await store.add(wish("drain", "dc=fra"));
    expect(store.list()).toHaveLength(2);
    expect(actionFor(store.view(), "198.51.100.10")).toBe("drain");
  });

  it("shows what one more would change, and changes nothing", async () => {
    const { store, views } = await open();
    const preview = store.preview(wish("down", "pool=na"));
    expect(actionFor(preview, "203.0.113.10")).toBe("down");
    expect(actionFor(store.view(), "203.0.113.10")).toBeUndefined();
    expect(views).toEqual([]);
  });

  it("ends what has a term by the monotonic clock, and saves that", async () => {
    const bench = await open();
    await bench.store.add(wish("drain", "dc=fra", 60_000));
    expect(bench.saved[0]).toMatchObject({ since: 5000, until: 65_000, selector: "dc=fra" });
    bench.clock.advance(59_999);
    expect(bench.store.list()).toHaveLength(1);
    bench.clock.advance(1);
    expect(bench.store.list()).toEqual([]);
    expect(actionFor(bench.views.at(-1)!, "198.51.100.10")).toBeUndefined();
    expect(bench.saved).toEqual([]);
  });

  it("waits longer than a timer can", async () => {
    const bench = await open();
    await bench.store.add(wish("drain", "dc=fra", 100 * DAY));
    bench.clock.advance(100 * DAY - 1);
    expect(bench.store.list()).toHaveLength(1);
    bench.clock.advance(1);
    expect(bench.store.list()).toEqual([]);
  });

  it("takes up what was saved, in its order, for as long as is left of it", async () => {
    const first = await open();
    await first.store.add(wish("drain", "dc=fra", 60_000));
    await first.store.add(wish("up", "198.51.100.10"));
    await first.store.add(wish("down", "dc=iad", 1000));
    const second = await open(first.saved, 35_000);
    expect(second.store.list().map(({ selector }) => selector.text)).toEqual([
      "dc=fra",
      "198.51.100.10",
    ]);
    expect(actionFor(second.store.view(), "198.51.100.10")).toBe("up");
    second.clock.advance(30_000);
    expect(second.store.list().map(({ selector }) => selector.text)).toEqual(["198.51.100.10"]);
  });

  it("removes by id, with the timer", async () => {
    const bench = await open();
    const { stored } = await bench.store.add(wish("drain", "dc=fra", 60_000));
    await bench.store.remove([stored.id]);
    expect(bench.clock.pendingTimers()).toBe(0);
    expect(bench.saved).toEqual([]);
    expect(actionFor(bench.views.at(-1)!, "198.51.100.10")).toBeUndefined();
  });

  it("goes on where the disk does not take it, and says so", async () => {
    const bench = await open();
    bench.failure = new Error("ENOSPC");
    const { isSaved } = await bench.store.add(wish("drain", "dc=fra"));
    expect(isSaved).toBe(false);
    expect(actionFor(bench.views.at(-1)!, "198.51.100.10")).toBe("drain");
  });
});

it("settle() tries once more what could not be written, and says whether it could", async () => {
  const bench = await open();
  expect(await bench.store.settle()).toBe(true);
  bench.failure = new Error("no space left");
  await bench.store.add(wish("drain", "192.0.2.1"));
  expect(await bench.store.settle()).toBe(false);
  bench.failure = undefined;
  expect(await bench.store.settle()).toBe(true);
  expect(bench.saved).toMatchObject([{ selector: "192.0.2.1" }]);
});
