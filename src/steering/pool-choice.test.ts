import { expect, test } from "vitest";
import { A, pool, zoneOf } from "../../test/support/steering-model.ts";
import { until } from "../../test/support/until.ts";
import type { Zone } from "../zone/model.ts";
import { findLinks } from "./pool-choice.ts";
import { NO_MEMORY, NO_OVERRIDES, type World } from "./world.ts";

/** The zone with a pool that has another value, as when a resolver has said something new of an alias. */
function zoneWith(value: string): Zone {
  return zoneOf([pool("a", [value], { fallback: 1 }), pool("b", ["192.0.2.9"])]);
}

function createWorld(): World {
  return { health: { targets: new Map() }, overrides: NO_OVERRIDES, memory: NO_MEMORY };
}

test("findLinks() finds the pools of the zone that it is given, whichever it was given before", () => {
  const [one, two] = [zoneWith("192.0.2.1"), zoneWith("192.0.2.2")];
  const clientClass = { pools: [0] };
  const found = [one, two, one].map((zone) =>
    findLinks(zone, clientClass, A, createWorld()).map(({ values }) => values[0]!.value.text),
  );
  expect(found).toEqual([
    ["192.0.2.1", "192.0.2.9"],
    ["192.0.2.2", "192.0.2.9"],
    ["192.0.2.1", "192.0.2.9"],
  ]);
});

test("findLinks() does not keep a zone for the sake of classes that ask for it no more", async () => {
  const clientClass = { pools: [0] };
  const find = (): WeakRef<Zone> => {
    const zone = zoneWith("192.0.2.1");
    findLinks(zone, clientClass, A, createWorld());
    return new WeakRef(zone);
  };
  const zone = find();
  await until(() => {
    // What makes the collector look through the whole heap: objects that are there for longer than others.
    Array.from({ length: 2e6 }, (_, i) => ({ i }));
    return zone.deref() === undefined;
  }, "nobody holds the zone");
  // The class itself is still there.
  expect(clientClass.pools).toEqual([0]);
});
