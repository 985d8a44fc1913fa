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
  place(
    action: "drain" | "up" | "down",
    selector: string,
    isForced?: boolean,
    forMs?: number,
  ): Promise<Placed>;
}

async function open(
  files: Readonly<Record<string, string>> = { "example.com.yaml": OVERRIDE_ZONE },
): Promise<Bench> {
  const server = serveInProcess(files);
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
  const world = (): typeof plane.world => plane.world;
  const desk = new OverrideDesk({ store, handedOut, zones, world, clock, wallClock });
  return {
    server,
    clock,
    store,
    desk,
    place: (action, selector, isForced = false, forMs = undefined) =>
      desk.place(
        { action, selector: selectorOf(selector), by: "me", reason: undefined, forMs },
        isForced,
      ),
  };
}

function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if (typeof selector === "string") throw new Error(selector);
  return selector;
}

/** A zone of these pools and of records with the lines of `dynamic`. */
function zoneOf(pools: string, records: Readonly<Record<string, string>>, extra = ""): string {
  const lines = Object.entries(records).map(
    ([name, dynamic]) => `  ${name}: { type: A, ttl: 60, dynamic: { ${dynamic} } }\n`,
  );
  return `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
healthchecks: { web: { protocol: TCP, port: 1 } }
pools:
${pools}
records:
  "": { type: NS, values: [ns1.example.net.] }
${lines.join("")}${extra}`;
}

const NESTED = {
  "example.com.yaml": zoneOf(
    `  inner1: { values: [{ value: 192.0.2.1 }, { value: 192.0.2.2 }] }
  inner2: { values: [{ value: 192.0.2.3 }] }
  outer: { values: [{ pool: inner1 }, { pool: middle }] }
  middle: { values: [{ pool: inner2 }, { value: 192.0.2.4 }] }
  rest: { values: [{ value: 192.0.2.9 }] }`,
    { www: "rules: [{ pool: [outer, rest] }]", own: "rules: [{ pool: inner2 }]" },
  ),
};

describe("OverrideDesk", () => {
  it("means by a pool of pools the values in these, each once", async () => {
    const { place, server, desk, store } = await open(NESTED);
    const placed = await place("drain", "pool=outer");
    const texts = placed.kind === "placed" && placed.matches.map(({ value }) => value.text);
    expect(texts).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.4", "192.0.2.3"]);
    // Only where they are reached through it.
    expect(placed).toMatchObject({ stillAnswered: ["192.0.2.3"] });
    const answered = server.plane.steering.map(({ sets }) => sets[0]);
    expect(answered).toMatchObject([
      { rdata: [Uint8Array.of(192, 0, 2, 9)] },
      { rdata: [Uint8Array.of(192, 0, 2, 3)] },
    ]);
    expect(await place("drain", "pool=middle")).toMatchObject({ kind: "placed" });
    expect(await place("down", "pool=outer,192.0.2.4")).toMatchObject({
      kind: "refused",
      reasons: [expect.stringContaining("pool outer of example.com. was changed less than 5 s")],
    });
    await desk.lift(selectorOf("pool=outer"));
    expect(store.list()).toEqual([]);
  });

  it.each(["open", "closed", "servfail", "last", "{ values: [192.0.2.6] }"])(
    "refuses what empties a name whose pool has all_down: %s exactly if that leaves no answer",
    async (allDown) => {
      for (const own of ["", ", values: [192.0.2.7]"]) {
        const { place, server } = await open({
          "example.com.yaml": zoneOf(
            `  all: { all_down: ${allDown}, values: [{ value: 192.0.2.1 }] }`,
            {},
            `  www: { type: A, ttl: 60, dynamic: { rules: [{ pool: all }] }${own} }\n`,
          ),
        });
        const { kind } = await place("drain", "192.0.2.1");
        if (kind === "refused") await place("drain", "192.0.2.1", true);
        const [set] = server.plane.steering[0]!.sets;
        expect(kind).toBe(typeof set === "string" ? "refused" : "placed");
      }
    },
  );

  it("lets go what all_down of the pool has values of the family for", async () => {
    const { place } = await open({
      "example.com.yaml": zoneOf(
        `  four: { all_down: { values: [192.0.2.7] }, values: [{ value: 192.0.2.1 }] }
  six: { all_down: { values: ["2001:db8::7"] }, values: [{ value: 192.0.2.2 }, { value: "2001:db8::2" }] }`,
        { www: "rules: [{ pool: four }]" },
        "  six: { type: [A, AAAA], ttl: 60, dynamic: { rules: [{ pool: six }] } }\n",
      ),
    });
    expect(await place("drain", "pool=four")).toMatchObject({ kind: "placed" });
    expect(await place("drain", "pool=six")).toEqual({
      kind: "refused",
      reasons: ["six A in example.com. would have no value left"],
    });
  });

  it("refuses to take the last answer that there is while the checks fail", async () => {
    const { place, server } = await open({
      "example.com.yaml": zoneOf(
        `  near: { all_down: closed, healthcheck: web, values: [{ value: 192.0.2.1 }] }
  far: { healthcheck: web, values: [{ value: 192.0.2.2 }] }`,
        { www: "rules: [{ subnets: [10.0.0.0/8], pool: [near, far] }, { pool: [far, near] }]" },
      ),
    });
    server.mark({ "192.0.2.1": "down" });
    expect(await place("drain", "192.0.2.2")).toEqual({
      kind: "refused",
      reasons: [
        "www A in example.com. would have no answer as the checks are now for the clients of rule 1",
      ],
    });
    server.mark({});
    expect(await place("drain", "192.0.2.2")).toMatchObject({ kind: "placed" });
  });

  it("refuses a drain that ends before it is safe to stop anything", async () => {
    const { place, clock } = await open();
    expect(await place("drain", "198.51.100.10", false, 12_000)).toEqual({
      kind: "refused",
      reasons: [
        expect.stringContaining("which takes 30 s: the shortest that makes sense is --for 32s"),
      ],
    });
    expect(await place("drain", "198.51.100.10", true, 12_000)).toMatchObject({
      kind: "placed",
      safeToStopAt: undefined,
    });
    clock.advance(60_000);
    expect(await place("drain", "198.51.100.10", false, 32_000)).toMatchObject({
      safeToStopAt: WALL + 90_000,
      override: { until: WALL + 92_000 },
    });
    expect(await place("down", "203.0.113.10", true, 12_000)).toMatchObject({
      kind: "placed",
      safeToStopAt: undefined,
    });
  });

  it("names static records of any zone that hold a value all the same", async () => {
    const other = `
zone: example.net.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
records:
  "": { type: NS, values: [ns1.example.net.] }
  ns1: { type: A, ttl: 3600, values: [192.0.2.9, 198.51.100.10] }
  six: { type: AAAA, ttl: 60, value: "2001:db8::10" }
  text: { type: TXT, ttl: 60, value: 198.51.100.10 }
`;
    const { place } = await open({
      "example.com.yaml": OVERRIDE_ZONE,
      "example.net.yaml": other,
    });
    const placed = await place("drain", "dc=fra");
    const records = placed.kind === "placed" ? placed.plainRecords : [];
    expect(records.map(({ owner, type, ttl }) => [owner, type, ttl]).sort()).toEqual([
      ["ns1.example.net.", 1, 3600],
      ["six.example.net.", 28, 60],
    ]);
    expect(await place("up", "dc=fra", true)).toMatchObject({ plainRecords: [] });
  });

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
