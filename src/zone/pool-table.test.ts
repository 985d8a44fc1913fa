import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneOf, zoneText } from "../../test/support/zone-issues.ts";
import type { Pool } from "./model.ts";

describe("PoolTable", () => {
  const file = (
    pools: string,
    records: string,
    checks = "web: { protocol: TCP, port: 1 }",
  ): string => zoneText(records, `healthchecks: { ${checks} }\npools:\n${pools}`);
  const www = (rest: string): string => `  www: { type: A, dynamic: { ${rest} } }`;
  const targets = (pool: Pool | undefined): string[] =>
    pool?.values.flatMap((value) => value.targets.map(({ key }) => key.replace(/#.*/, ""))) ?? [];

  it("prefers a record's own pool of the same name, and resolves a zone's fallback in the zone", () => {
    const zone = zoneOf(
      file(
        "  a: { values: [192.0.2.1], fallback: b }\n  b: { values: [192.0.2.2] }",
        www("pools: { b: { values: [192.0.2.3], fallback: a } }, rules: [{ pool: b }]"),
      ),
    );
    const own = zone.pools[zone.steered[0]?.rules[0]?.pools[0] ?? -1];
    expect(own?.name).toBe("www/b");
    const a = zone.pools[own?.fallback ?? -1];
    expect(a?.name).toBe("a");
    expect(zone.pools[a?.fallback ?? -1]?.name).toBe("b");
  });

  it("checks a value by what stands nearest to it: value, pool, record", () => {
    const text = file(
      `  p: { healthcheck: web, values: [192.0.2.1, { value: 192.0.2.2, healthcheck: [] }, { value: 192.0.2.3, healthcheck: [web, { protocol: TCP, port: 2 }] }] }
  q: { values: [192.0.2.4] }`,
      `  r: { type: A, healthcheck: { protocol: TCP, port: 3 }, dynamic: { rules: [{ pool: [p, q] }] } }
${www("rules: [{ pool: [p, q] }]")}`,
    );
    const zone = zoneOf(text);
    const [r, plain] = zone.steered.map((rrset) =>
      rrset.rules[0]?.pools.map((index) => targets(zone.pools[index])),
    );
    const p = ["tcp://192.0.2.1:1", "tcp://192.0.2.3:1", "tcp://192.0.2.3:2"];
    expect(r).toEqual([p, ["tcp://192.0.2.4:3"]]);
    expect(plain).toEqual([p, []]);
  });

  it("probes another address and port where the value says so", () => {
    const values = `{ value: 192.0.2.1, probe: "127.0.0.1:8080" }, { value: 192.0.2.2, probe: "[::1]:9" }, { value: 192.0.2.3, probe: "::1" }, { value: 192.0.2.4, probe: "::ffff:127.0.0.1" }`;
    const zone = zoneOf(
      file(`  p: { healthcheck: web, values: [${values}] }`, www("rules: [{ pool: p }]")),
    );
    expect(targets(zone.pools[0])).toEqual([
      "tcp://127.0.0.1:8080",
      "tcp://[::1]:9",
      "tcp://[::1]:1",
      "tcp://127.0.0.1:1",
    ]);
  });

  it("has one target for equal checks of other names, and two for others", () => {
    const checks =
      "a: { protocol: TCP, port: 1 }, b: { port: 1, protocol: TCP, interval: 5000ms }, c: { protocol: TCP, port: 1, profile: fast }";
    const values = ["a", "b", "c"].map(
      (name, i) => `{ value: 192.0.2.${i}, probe: 127.0.0.1, healthcheck: ${name} }`,
    );
    const zone = zoneOf(
      file(`  p: { values: [${values.join(", ")}] }`, www("rules: [{ pool: p }]"), checks),
    );
    const keys = zone.pools[0]?.values.map((value) => value.targets[0]?.key);
    expect(new Set(keys).size).toBe(2);
    expect(keys?.[0]).toBe(keys?.[1]);
  });

  it("lets two pools stand in for each other", () => {
    const pools =
      "  a: { values: [192.0.2.1], fallback: b }\n  b: { values: [192.0.2.2], fallback: a }";
    expect(listZoneIssues(file(pools, www("rules: [{ pool: a }]")))).toEqual([]);
  });

  it("reads min_healthy as a count or a percentage", () => {
    const pools = `  a: { values: [192.0.2.1, 192.0.2.2], min_healthy: 2, policy: failover, answers: 1 }\n  b: { values: [192.0.2.1], min_healthy: 50% }`;
    const zone = zoneOf(file(pools, www("rules: [{ pool: [a, b] }]")));
    expect(zone.pools).toMatchObject([
      { minHealthy: { count: 2 }, policy: "failover", answers: 1 },
      { minHealthy: { percent: 50 }, policy: "rotate", answers: undefined },
    ]);
  });
});
