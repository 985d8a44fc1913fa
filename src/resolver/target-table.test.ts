import { describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { name } from "../../test/support/packet.ts";
import type { Resolved } from "./stub-resolver.ts";
import { type TargetEvent, TargetTable } from "./target-table.ts";

const TARGET = { name: name("www.example.net."), type: 1 };
const [ONE, TWO] = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)];
const FAILED: Resolved = { kind: "failed", reason: "nobody is there" };

interface World {
  readonly table: TargetTable;
  readonly clock: FakeClock;
  readonly events: TargetEvent[];
  /** What the resolver says from now on. */
  say(resolved: Resolved): void;
  asked: number;
  changes: number;
  /** Lets time pass, and what comes back be noted. */
  pass(ms: number): Promise<void>;
}

function create(): World {
  const clock = createFakeClock();
  const events: TargetEvent[] = [];
  let answer: Resolved = FAILED;
  const world: World = {
    clock,
    events,
    asked: 0,
    changes: 0,
    say: (resolved) => {
      answer = resolved;
    },
    async pass(ms) {
      const end = clock.now() + ms;
      for (let at = clock.now(); at <= end; at += 250) {
        clock.advance(Math.min(250, end - clock.now()));
        await Promise.resolve();
        await Promise.resolve();
      }
    },
    table: new TargetTable({
      resolve: async () => {
        world.asked++;
        return answer;
      },
      clock,
      random: () => 0,
      onChange: () => world.changes++,
      onEvent: (event) => events.push(event),
    }),
  };
  return world;
}

function records(ttl: number, ...rdata: Uint8Array[]): Resolved {
  return { kind: "records", rdata, ttl };
}

describe("TargetTable", () => {
  it("asks at once, and again whenever the TTL ends, within bounds", async () => {
    const world = create();
    world.say(records(20, ONE));
    world.table.follow([TARGET]);
    await world.pass(0);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [ONE], ttl: 20 });
    await world.pass(19_500);
    expect(world.asked).toBe(1);
    world.say(records(0, TWO));
    await world.pass(1000);
    expect(world.asked).toBe(2);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [TWO], ttl: 0 });
    await world.pass(4000);
    expect(world.asked).toBe(2);
    world.say(records(1_000_000, TWO));
    await world.pass(2000);
    expect(world.asked).toBe(3);
    await world.pass(3_590_000);
    expect(world.asked).toBe(3);
    await world.pass(20_000);
    expect(world.asked).toBe(4);
  });

  it("says that something has changed only if it has", async () => {
    const world = create();
    world.say(records(5, ONE));
    world.table.follow([TARGET]);
    await world.pass(20_000);
    expect(world.asked).toBeGreaterThan(2);
    // That it is followed now, and what was said first.
    expect(world.changes).toBe(2);
    world.say(records(5, ONE, TWO));
    await world.pass(6000);
    expect(world.changes).toBe(3);
  });

  it("keeps what it knows while nobody can say, asks ever more rarely, and tells once", async () => {
    const world = create();
    world.say(records(5, ONE));
    world.table.follow([TARGET]);
    await world.pass(0);
    world.say(FAILED);
    await world.pass(600_000);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [ONE], ttl: 5 });
    expect(world.table.sizes).toEqual({ targets: 1, failing: 1, unknown: 0 });
    expect(world.asked).toBeGreaterThan(10);
    expect(world.asked).toBeLessThan(20);
    world.say(records(5, ONE));
    await world.pass(61_000);
    expect(world.events).toEqual([
      { name: "www.example.net.", type: "A", kind: "failing", reason: "nobody is there" },
      { name: "www.example.net.", type: "A", kind: "recovered", reason: "" },
    ]);
  });

  it("believes that what was there is gone when that has been said three times in a row", async () => {
    const world = create();
    world.say(records(5, ONE));
    world.table.follow([TARGET]);
    await world.pass(0);
    world.say({ kind: "none", ttl: 300 });
    await world.pass(15_500);
    world.say(records(5, ONE));
    await world.pass(15_000);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [ONE], ttl: 5 });
    expect(world.events).toEqual([]);
    world.say({ kind: "none", ttl: 300 });
    await world.pass(24_000);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [ONE], ttl: 5 });
    await world.pass(10_000);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [], ttl: 300 });
    expect(world.events.map(({ kind }) => kind)).toEqual(["vanished"]);
    world.say(records(5, TWO));
    await world.pass(60_000);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [TWO], ttl: 5 });
  });

  it("believes at once that there is nothing where nothing was known", async () => {
    const world = create();
    world.say({ kind: "none", ttl: 10 });
    world.table.follow([TARGET]);
    await world.pass(0);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [], ttl: 10 });
    expect(world.table.counts).toEqual({ records: 0, none: 1, failed: 0 });
  });

  it("begins with what is remembered, and asks all the same", async () => {
    const world = create();
    const known = { rdata: [TWO], ttl: 9 };
    world.table.follow([TARGET], () => known);
    expect(world.table.find(TARGET.name, 1)).toBe(known);
    expect(world.table.list()).toEqual([{ ...TARGET, known }]);
    world.say(records(5, ONE));
    await world.pass(0);
    expect(world.table.find(TARGET.name, 1)).toEqual({ rdata: [ONE], ttl: 5 });
  });

  it("stops asking for what nobody follows any more, also while an answer is on its way", async () => {
    const world = create();
    world.say(records(5, ONE));
    const other = { name: name("other.example.net."), type: 1 };
    world.table.follow([TARGET, other]);
    world.clock.advance(0);
    world.table.follow([other]);
    await world.pass(0);
    expect(world.table.find(TARGET.name, 1)).toBeUndefined();
    const { asked } = world;
    await world.pass(5500);
    expect(world.asked).toBe(asked + 1);
    world.table.close();
    await world.pass(20_000);
    expect(world.asked).toBe(asked + 1);
    expect(world.clock.pendingTimers()).toBe(0);
  });
});
