import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { A, DOWN, healthOf, pool, zoneOf } from "../../test/support/steering-model.ts";
import { silentLog } from "../log/log.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { type OpenMemory, openMemory } from "./open-memory.ts";

const zone = zoneOf([
  pool("eu", ["192.0.2.1"], { failback: { delayMs: 0, manual: true } }),
  pool("na", ["192.0.2.2"], { failback: { delayMs: 60_000, manual: false } }),
]);

describe("openMemory()", () => {
  let folder: string;
  let warnings: string[];
  const clock = createFakeClock();
  const open = (): Promise<OpenMemory> =>
    openMemory(folder, clock, () => true, {
      ...silentLog,
      warn: (_, message) => warnings.push(message),
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rondo-steering-"));
    warnings = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function observe({ memory }: OpenMemory, ...down: string[]): void {
    memory.advance(clock.now());
    const health = healthOf(Object.fromEntries(down.map((value) => [value, DOWN])));
    for (const each of zone.pools)
      memory.observe({ zone, pool: each }, { health, overrides: NO_OVERRIDES, memory: NO_MEMORY });
  }

  function heldBack({ memory }: OpenMemory): (string | undefined)[] {
    return zone.pools.map((each) => memory.view().heldBack(zone, each, A));
  }

  it("goes on where a process was killed", async () => {
    const first = await open();
    observe(first);
    observe(first, "192.0.2.1", "192.0.2.2");
    observe(first);
    clock.advance(0);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(["steering.json"]));
    const second = await open();
    observe(second);
    expect(heldBack(second)).toEqual(["manual", "delay"]);
    for (const each of [first, second]) await each.close();
    expect(warnings).toEqual([]);
  });

  it("begins anew without a file, without a word", async () => {
    const opened = await open();
    observe(opened);
    expect(heldBack(opened)).toEqual([undefined, undefined]);
    await opened.close();
    expect(warnings).toEqual([]);
  });

  it("says that a file makes no sense, and writes a new one", async () => {
    writeFileSync(join(folder, "steering.json"), '{"format":1,"left":[{}]}');
    const opened = await open();
    expect(warnings).toEqual([expect.stringContaining("ignored")]);
    await opened.close();
    await (await open()).close();
    expect(warnings).toHaveLength(1);
  });

  it("has nothing of the file where another process is there to tell of it", async () => {
    const first = await open();
    observe(first, "192.0.2.1");
    observe(first);
    await first.close();
    const second = await openMemory(folder, clock, () => false, silentLog, false);
    observe(second);
    expect(heldBack(second)).toEqual([undefined, undefined]);
    second.memory.adopt(second.parse(first.text()), clock.now());
    expect(heldBack(second)).toEqual(["manual", undefined]);
    await second.close();
  });

  it("says that what another process tells makes no sense", async () => {
    const { parse, close } = await open();
    expect(parse("{}")).toEqual([]);
    expect(warnings).toHaveLength(1);
    await close();
  });

  it("says once when the disk does not take it", async () => {
    mkdirSync(join(folder, `steering.json.${process.pid}.tmp`));
    const opened = await open();
    observe(opened);
    observe(opened, "192.0.2.1");
    clock.advance(0);
    await vi.waitFor(() => expect(warnings).toEqual(["pools that were left cannot be saved"]));
    await opened.close();
    expect(warnings).toHaveLength(1);
  });
});
