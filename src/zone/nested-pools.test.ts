import { describe, expect, it } from "vitest";
import { listZoneIssues, steered, zoneOf, zoneText } from "../../test/support/zone-issues.ts";

describe("pools within pools", () => {
  const file = (pools: string, first = "a"): string =>
    zoneText(steered(`{ rules: [{ pool: ${first} }] }`), `pools:\n${pools}`);
  const only = (value: string): string => `{ values: [${value}] }`;

  it("keep their place, weight and status among the values", () => {
    const text = file(
      `  a: { values: [192.0.2.1, { pool: b, weight: 3 }, "2001:db8::1", { pool: c, weight: 0, status: down }] }
  b: ${only("192.0.2.2")}\n  c: ${only("192.0.2.3")}`,
    );
    expect(listZoneIssues(text)).toEqual([]);
    const { pools, steered: rrsets } = zoneOf(text);
    const a = pools[rrsets[0]?.rules[0]?.pools[0] ?? -1];
    expect(a?.values.map((value) => value.text)).toEqual(["192.0.2.1", "2001:db8::1"]);
    expect(a?.nested.map((nested) => ({ ...nested, pool: pools[nested.pool]?.name }))).toEqual([
      { pool: "b", weight: 3, position: 1, status: "obey" },
      { pool: "c", weight: 0, position: 2, status: "down" },
    ]);
  });

  it("get the checks of the record, and are looked up where the outer one stands", () => {
    const zone = zoneOf(
      zoneText(
        `  www: { type: A, healthcheck: web, dynamic: { pools: { a: ${only("{ pool: b }")}, b: ${only("192.0.2.8")} }, rules: [{ pool: a }, { pool: out }] } }`.replace(
          "{ pool: a }, { pool: out }",
          "{ pool: [a, out] }",
        ),
        `healthchecks: { web: { protocol: TCP, port: 7 } }
pools: { out: ${only("{ pool: b }")}, b: ${only("192.0.2.9")} }`,
      ),
    );
    const inner = zone.steered[0]?.rules[0]?.pools.map((index) => {
      const pool = zone.pools[zone.pools[index]?.nested[0]?.pool ?? -1];
      return [pool?.name, pool?.values[0]?.text, pool?.values[0]?.targets[0]?.port];
    });
    expect(inner).toEqual([
      ["www/b", "192.0.2.8", 7],
      ["b", "192.0.2.9", 7],
    ]);
  });

  it.each([
    [
      file(
        `  a: ${only("{ pool: b }")}\n  b: ${only("{ pool: c }")}\n  c: ${only("192.0.2.1, { pool: a }")}`,
      ),
      "5:36: error: pools within pools go round in a circle: a → b → c → a",
    ],
    [
      file(`  a: ${only("192.0.2.1, { pool: a }")}`),
      "3:36: error: pools within pools go round in a circle: a → a",
    ],
    [
      file(`  a: ${only("{ pool: bb }")}\n  b1: ${only("192.0.2.1")}`),
      '3:25: error: no pool is named "bb"; did you mean "b1"?',
    ],
    [
      file(`  a: ${only("192.0.2.1, { pool: b }")}\n  b: ${only("192.0.2.1")}`),
      "3:16: error: 192.0.2.1 is in the pool a twice: as a and as a → b",
    ],
    [
      file(`  a: ${only("{ pool: b, dc: x }")}\n  b: ${only("192.0.2.1")}`),
      "3:32: error: dc means nothing to a pool among values: its own values have it",
    ],
    [
      file(`  a: ${only("{ pool: b, value: 192.0.2.1 }")}\n  b: ${only("192.0.2.1")}`),
      '3:25: error: a value of a pool has "value" or "pool", not both',
    ],
    [
      file(`  a: ${only("{ weight: 3 }")}`),
      '3:17: error: a value of a pool needs the key "value" or "pool"',
    ],
    [
      file(`  a: ${only("{ poll: b }")}`),
      '3:19: error: unknown key "poll" in a value of a pool; did you mean "pool"?',
    ],
    [
      file(
        `  a: ${only("{ pool: b }, { pool: c }")}\n${["b", "c"]
          .map(
            (name, n) =>
              `  ${name}: { values: [${Array.from({ length: 501 }, (_, i) => `10.${n}.${i >> 8}.${i & 255}`).join(", ")}] }`,
          )
          .join("\n")}`,
      ),
      "3:16: error: the pool has more than 1000 values of A with those of the pools in it: at most 1000 are allowed",
    ],
  ])("%j", (text, message) => expect(listZoneIssues(text)).toContain(message));

  it("go eight levels deep and no deeper, wherever the counting begins", () => {
    const chain = (levels: number, reverse: boolean): string => {
      const lines = Array.from(
        { length: levels + 1 },
        (_, i) => `  p${i}: ${only(i === levels ? "192.0.2.1" : `{ pool: p${i + 1} }`)}`,
      );
      return file((reverse ? lines.toReversed() : lines).join("\n"), "p0");
    };
    for (const reverse of [false, true]) {
      expect(listZoneIssues(chain(8, reverse))).toEqual([]);
      expect(listZoneIssues(chain(9, reverse))).toEqual([
        expect.stringMatching(/error: pools within pools more than 8 levels deep: p0 → p1/),
      ]);
    }
  });

  it("that lead to millions of values are refused after a few", () => {
    const level = (i: number): string =>
      `  p${i}: { policy: nearest, values: [${Array.from({ length: 60 }, (_, n) => (i < 8 ? `{ pool: p${i + 1} }` : `10.0.0.${n}`)).join(", ")}] }`;
    const text = file(Array.from({ length: 9 }, (_, i) => level(i)).join("\n"), "p0");
    expect(listZoneIssues(text).filter((issue) => issue.includes("twice"))).toHaveLength(8);
  });
});
