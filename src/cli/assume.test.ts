import { describe, expect, it } from "vitest";
import { makeValue, pool, zoneOf } from "../../test/support/steering-model.ts";
import type { Pool } from "../zone/model.ts";
import { type Assumption, parseAssumption, suppose } from "./assume.ts";

const ZONE = zoneOf([
  poolOf("eu", ["198.51.100.10", "fra"], ["198.51.100.11", "ams"], ["2001:db8::1", "fra"]),
  poolOf("na", ["203.0.113.10", "iad"], ["198.51.100.10", undefined]),
  poolOf("www/eu", ["192.0.2.1", "fra"]),
]);

/** `POOL VALUE` of every value that is down. */
function downOf(...texts: string[]): string[] {
  const { zones, health } = suppose([ZONE], texts.map(parse));
  return zones[0]!.pools.flatMap(({ name, values }) =>
    values
      .filter(({ targets }) =>
        targets.some(({ key }) => health.targets.get(key)?.verdict === "down"),
      )
      .map(({ text }) => `${name} ${text}`),
  );
}

describe("suppose()", () => {
  it.each([
    ["198.51.100.10=down", ["eu 198.51.100.10", "na 198.51.100.10"]],
    ["na/198.51.100.10=down", ["na 198.51.100.10"]],
    ["198.51.100.*=down", ["eu 198.51.100.10", "eu 198.51.100.11", "na 198.51.100.10"]],
    ["e?/*.1?=down", ["eu 198.51.100.10", "eu 198.51.100.11"]],
    ["www/eu/192.0.2.1=down", ["www/eu 192.0.2.1"]],
    ["2001:DB8:0::1=down", ["eu 2001:db8::1"]],
    ["dc=fra=down", ["eu 198.51.100.10", "eu 2001:db8::1", "www/eu 192.0.2.1"]],
    ["pool=na=down", ["na 203.0.113.10", "na 198.51.100.10"]],
    [
      "pool=*eu=down",
      ["eu 198.51.100.10", "eu 198.51.100.11", "eu 2001:db8::1", "www/eu 192.0.2.1"],
    ],
  ])("takes the values that %s names", (text, down) => {
    expect(downOf(text)).toEqual(down);
  });

  it("lets the last assumption that matches win", () => {
    expect(downOf("dc=fra=down", "198.51.100.10=up")).toEqual([
      "eu 2001:db8::1",
      "www/eu 192.0.2.1",
    ]);
    expect(downOf("198.51.100.10=up", "na/*=down")).toEqual([
      "na 203.0.113.10",
      "na 198.51.100.10",
    ]);
  });

  it("names the assumptions that match nothing", () => {
    const { unmatched } = suppose([ZONE], ["dc=fra=down", "1985*=down"].map(parse));
    expect(unmatched.map(({ text }) => text)).toEqual(["1985*=down"]);
  });

  it("comes back from a pattern of many stars, which may come over HTTP", () => {
    const name = "a".repeat(200);
    const zone = { ...ZONE, pools: [poolOf(`${name}b`, ["192.0.2.1", undefined])] };
    expect(suppose([zone], [parse(`pool=${"*a".repeat(40)}=down`)]).unmatched).toHaveLength(1);
  });

  it("takes a dot for a dot", () => {
    expect(suppose([ZONE], [parse("198x51.100.10=down")]).unmatched).toHaveLength(1);
  });
});

function parse(text: string): Assumption {
  const assumption = parseAssumption(text);
  if (typeof assumption === "string") throw new Error(assumption);
  return assumption;
}

function poolOf(
  name: string,
  ...values: (readonly [text: string, dc: string | undefined])[]
): Pool {
  return pool(name, [], {
    values: values.map(([text, datacenter]) => ({ ...makeValue(text), datacenter, targets: [] })),
  });
}
