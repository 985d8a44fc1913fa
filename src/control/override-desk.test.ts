import { describe, expect, it } from "vitest";
import type { FakeClock } from "../../test/support/fake-clock.ts";
import { type InProcess, serveInProcess } from "../../test/support/in-process.ts";
import { OVERRIDE_ZONE } from "../../test/support/override-zone.ts";
import { silentLog } from "../log/log.ts";
import { HandedOut } from "./handed-out.ts";
import { OverrideDesk, type Placed } from "./override-desk.ts";
import { OverrideStore } from "./overrides.ts";
import { parseSelector, type Selector } from "./selector.ts";

const WALL = 1_000_000;

interface Bench {
  readonly server: InProcess;
  readonly clock: FakeClock;
  readonly store: OverrideStore;
  readonly desk: OverrideDesk;
  place(action: "drain" | "up" | "down", selector: string, isForced?: boolean): Promise<Placed>;
}

async function open(): Promise<Bench> {
  const server = serveInProcess({ "example.com.yaml": OVERRIDE_ZONE });
  const { plane, clock } = server;
  const handedOut = new HandedOut();
  const note = (): void =>
    handedOut.note(
      plane.steering.flatMap(({ sets }) => sets),
      clock.now(),
    );
  note();
  const store = await OverrideStore.open({
    file: { read: async () => [], write: async () => undefined, settle: async () => {} },
    clock,
    wallClock: () => WALL + clock.now(),
    log: silentLog,
    onChange: (view) => {
      plane.setOverrides(view);
      note();
    },
  });
  const zones = (): typeof plane.zones => plane.zones;
  const wallClock = (): number => WALL + clock.now();
  const desk = new OverrideDesk({ store, handedOut, zones, clock, wallClock });
  return {
    server,
    clock,
    store,
    desk,
    place: (action, selector, isForced = false) =>
      desk.place(
        { action, selector: selectorOf(selector), by: "me", reason: undefined, forMs: undefined },
        isForced,
      ),
  };
}

function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if (typeof selector === "string") throw new Error(selector);
  return selector;
}

describe("OverrideDesk", () => {
  it("says when the last cache forgets what is drained", async () => {
    const { place } = await open();
    const placed = await place("drain", "dc=fra");
    // www answers eu for 30 s, six for 60 s.
    expect(placed).toMatchObject({
      kind: "placed",
      safeToStopAt: WALL + 60_000,
      stillAnswered: [],
      isSaved: true,
    });
    expect(placed.kind === "placed" && placed.matches).toHaveLength(3);
  });

  it("goes by the answers of the time before a change", async () => {
    const { place, clock } = await open();
    await place("drain", "198.51.100.10");
    clock.advance(20_000);
    // Whoever was answered before the first drain holds it for ten more seconds.
    expect(await place("down", "198.51.100.10")).toMatchObject({ safeToStopAt: WALL + 50_000 });
    clock.advance(20_000);
    expect(await place("drain", "198.51.100.10")).toMatchObject({ safeToStopAt: WALL + 40_000 });
  });

  it("names values that are answered all the same", async () => {
    const { place, server } = await open();
    server.load({
      "example.com.yaml": OVERRIDE_ZONE.replace(
        "pools:",
        "pools:\n  other: { values: [{ value: 198.51.100.10 }] }",
      ).replace(
        "  only:",
        "  also: { type: A, ttl: 30, dynamic: { rules: [{ pool: other }] } }\n  only:",
      ),
    });
    await place("up", "203.0.113.10");
    expect(await place("drain", "pool=eu")).toMatchObject({ stillAnswered: ["198.51.100.10"] });
  });

  it("knows no time for what is forced up", async () => {
    const { place } = await open();
    expect(await place("up", "dc=fra")).toMatchObject({ safeToStopAt: undefined });
  });

  it("matches nothing where nothing matches", async () => {
    const { place, store } = await open();
    expect(await place("drain", "dc=sin")).toEqual({ kind: "no-match" });
    expect(store.list()).toEqual([]);
  });

  it.each(["drain", "down"] as const)("refuses to empty a name by %s", async (action) => {
    const { place, store } = await open();
    expect(await place(action, "pool=na")).toEqual({
      kind: "refused",
      reasons: ["only A in example.com. would have no value left"],
    });
    expect(store.list()).toEqual([]);
    expect(await place(action, "pool=na", true)).toMatchObject({ kind: "placed" });
  });

  it("counts fallbacks, what is drained already, and a record's own values", async () => {
    const { place, clock } = await open();
    expect(await place("drain", "dc=fra")).toMatchObject({ kind: "placed" });
    clock.advance(5000);
    expect(await place("drain", "dc=iad")).toEqual({
      kind: "refused",
      reasons: [
        "www A in example.com. would have no value left",
        "only A in example.com. would have no value left",
      ],
    });
  });

  it("wants five seconds between changes to a pool, and none for what changes nothing", async () => {
    const { place, clock } = await open();
    await place("drain", "198.51.100.10");
    clock.advance(3000);
    expect(await place("drain", "198.51.100.11")).toMatchObject({
      kind: "refused",
      reasons: [
        expect.stringContaining("pool eu of example.com. was changed less than 5 s ago: wait 2 s"),
      ],
    });
    expect(await place("drain", "198.51.100.10")).toMatchObject({ kind: "placed" });
    expect(await place("up", "203.0.113.10")).toMatchObject({ kind: "placed" });
    clock.advance(2000);
    expect(await place("drain", "198.51.100.11")).toMatchObject({ kind: "placed" });
  });

  it("lifts what a selector names, and what holds for nothing else", async () => {
    const { place, desk, store } = await open();
    await place("drain", "dc=fra", true);
    await place("up", "198.51.100.10", true);
    await place("up", "pool=na", true);
    const texts = (): string[] => store.list().map(({ selector }) => selector.text);
    expect((await desk.lift(selectorOf("198.51.100.11"))).removed).toEqual([]);
    await desk.lift(selectorOf("pool=eu,198.51.*"));
    expect(texts()).toEqual(["dc=fra", "pool=na"]);
    await desk.lift(selectorOf("dc=fra"));
    expect(texts()).toEqual(["pool=na"]);
    await desk.lift(selectorOf(store.list()[0]!.id));
    expect(texts()).toEqual([]);
  });

  it("lifts an override of what is gone by its text", async () => {
    const { place, desk, store, server } = await open();
    await place("up", "dc=iad");
    server.load({ "example.com.yaml": OVERRIDE_ZONE.replace("dc: iad", "dc: fra") });
    expect((await desk.lift(selectorOf("dc=fra"))).removed).toEqual([]);
    await desk.lift(selectorOf("dc=i*"));
    expect(store.list()).toEqual([]);
  });
});
