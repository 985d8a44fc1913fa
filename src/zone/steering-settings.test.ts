import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneOf, zoneText } from "../../test/support/zone-issues.ts";
import { loadZone } from "./load-zone.ts";

const PLACES =
  "datacenters: { fra: { coords: [50, 8] }, iad: { coords: [39, -77], bias: -20 }, nul: {} }";
const file = (pool: string, record = "", rule = "pool: p", extra = ""): string =>
  zoneText(
    `  w: { type: [A, AAAA]${record}, dynamic: { rules: [{ ${rule} }] } }`,
    `${PLACES}\npools:\n  p: { ${pool} }${extra}`,
  );
const VALUES = 'values: [192.0.2.1, "2001:db8::1"]';

describe("settings of a pool", () => {
  it("have defaults", () => {
    expect(zoneOf(file(VALUES)).pools[0]).toMatchObject({
      policy: "rotate",
      nested: [],
      allDown: undefined,
      failback: { delayMs: 0, manual: false },
      slowStartMs: 0,
      stickyPrefix: { v4: 24, v6: 56 },
    });
  });

  it.each([
    [
      "policy: sticky, prefix_v4: 20, prefix_v6: 48",
      { policy: "sticky", stickyPrefix: { v4: 20, v6: 48 } },
    ],
    ["policy: sticky, prefix_v4: 32", { stickyPrefix: { v4: 32, v6: 56 } }],
    ["failback: { delay: 5m }", { failback: { delayMs: 300_000, manual: false } }],
    ["failback: { manual: true }", { failback: { delayMs: 0, manual: true } }],
    ["slow_start: 2m", { slowStartMs: 120_000 }],
    ["all_down: closed", { allDown: { kind: "closed" } }],
    ["all_down: last", { allDown: { kind: "last" } }],
    [
      'all_down: { values: [192.0.2.9, "2001:db8::9"], ttl: 10 }',
      { allDown: { kind: "values", ttl: 10, rdata: [{ length: 4 }, { length: 16 }] } },
    ],
  ])("%s", (settings, expected) => {
    const text = file(`${settings}, ${VALUES}`);
    expect(listZoneIssues(text)).toEqual([]);
    expect(zoneOf(text).pools[0]).toMatchObject(expected);
  });

  it.each([
    [
      "policy: stick",
      '4:16: error: policy must be rotate, failover, sticky or nearest: found "stick"; did you mean "sticky"?',
    ],
    [
      "policy: sticky, prefix_v4: 33",
      "4:35: error: prefix_v4 must be a whole number from 1 to 32: found the number 33",
    ],
    [
      "policy: sticky, prefix_v6: 0",
      "4:35: error: prefix_v6 must be a whole number from 1 to 128: found the number 0",
    ],
    ["prefix_v4: 20", "4:19: warning: prefix_v4 has no effect: the policy is not sticky"],
    [
      "policy: sticky, answers: 2",
      "4:33: warning: answers: 2 with policy sticky: resolvers and clients reorder what they get, so that only a single answer sticks",
    ],
    [
      "policy: nearest",
      "4:16: warning: policy nearest has no effect: no value of the pool has a dc with coords",
    ],
    [
      "failback: { dealy: 5m }",
      '4:20: error: unknown key "dealy" in the return to a pool; did you mean "delay"?',
    ],
    ["failback: { delay: 2d }", '4:27: error: delay must be a time from 0ms to 1d: found "2d"'],
    ["failback: { manual: 1 }", "4:28: error: manual must be true or false: found the number 1"],
    [
      "slow_start: 2h",
      "4:20: warning: slow_start of 2h: a value that returns gets less than its share for longer than an hour",
    ],
    [
      "all_down: shut",
      '4:18: error: all_down must be open, closed, servfail or last: found "shut"',
    ],
    [
      "all_down: { values: [] }",
      "4:28: error: values of all_down is an empty list: for an empty answer, write all_down: closed",
    ],
    ["all_down: { ttl: 5 }", '4:18: error: a last resort needs the key "values"'],
    [
      "all_down: { values: [x.], ttl: 5 }",
      '4:29: error: "x." is a name, and the values of A and AAAA records are IP addresses: for names, write type: CNAME',
    ],
    [
      "all_down: { values: [192.0.2.9], ttl: 0 }",
      "4:46: error: the ttl of all_down must be at least 1 and no longer than the record's: found 0",
    ],
  ])("%s: %s", (settings, message) => {
    expect(listZoneIssues(file(`${settings}, ${VALUES}`))).toEqual([message]);
  });

  it.each([
    ["values: [{ value: 192.0.2.1, weight: 0 }, { value: '::1', weight: 0 }]", true],
    [
      "values: [{ value: 192.0.2.1, weight: 0 }, { value: '::1', weight: 0 }, { value: '::2', status: down }]",
      true,
    ],
    ["values: [{ value: 192.0.2.1, weight: 0 }, { value: '::1', weight: 1 }]", false],
    ["values: [{ value: 192.0.2.1, weight: 0 }, '::1', { pool: q, weight: 0 }]", false],
  ])("weight 0 everywhere: %s", (values, isWarned) => {
    const issues = listZoneIssues(
      file(values, "", "pool: [p, q]", "\n  q: { values: [192.0.2.2] }"),
    );
    expect(issues).toEqual(
      isWarned
        ? [
            "4:16: warning: every value has weight 0, which is for those that answer when nothing else is left: they all answer",
          ]
        : [],
    );
  });

  it("nearest is content with one value whose place is known, also in a pool within", () => {
    const place = (dc: string): string =>
      `policy: nearest, values: ["::1", { value: 192.0.2.1, dc: ${dc} }]`;
    expect(listZoneIssues(file(place("fra")))).toEqual([]);
    expect(listZoneIssues(file(place("nul")))).toEqual([
      expect.stringContaining("nearest has no effect"),
    ]);
    const inner = "\n  q: { values: [{ value: 192.0.2.1, dc: iad }] }";
    expect(
      listZoneIssues(file('policy: nearest, values: ["::1", { pool: q }]', "", "pool: p", inner)),
    ).toEqual([]);
  });
});

describe("settings of a steered record", () => {
  const two = (rest: string, dc: string): string =>
    zoneText(
      `  w: { type: A, ttl: 20${rest} }`,
      `${PLACES}\npools: { p: { values: [{ value: 192.0.2.1, dc: ${dc} }] }, q: { values: [192.0.2.2] } }`,
    );
  const rules = "rules: [{ pool: [p, q] }]";

  it("nearest orders the pools of a list, if one of them has a place", () => {
    const text = two(`, dynamic: { policy: nearest, ${rules} }`, "iad");
    expect(listZoneIssues(text)).toEqual([]);
    expect(zoneOf(text).steered[0]?.policy).toBe("nearest");
    expect(zoneOf(text).datacenters.map(({ bias }) => bias)).toEqual([0, -20, 0]);
    expect(listZoneIssues(two(`, dynamic: { policy: nearest, ${rules} }`, "nul"))).toEqual([
      "6:45: warning: policy nearest has no effect: no value of the pools has a dc with coords",
    ]);
    expect(
      listZoneIssues(
        two(", dynamic: { policy: nearest, rules: [{ geos: [EU], pool: p }, { pool: q }] }", "iad"),
      ),
    ).toEqual([
      "6:45: warning: policy nearest has no effect: it orders the pools of a list, and no rule has more than one",
    ]);
  });

  it.each([
    ["", { kind: "open" }],
    [", all_down: open", { kind: "open" }],
    [", all_down: closed", { kind: "closed" }],
    [", all_down: servfail", { kind: "servfail" }],
    [", all_down: last", { kind: "last" }],
    [
      ", all_down: { values: 192.0.2.9 }",
      { kind: "values", ttl: undefined, rdata: [{ length: 4 }] },
    ],
    [", all_down: { values: [192.0.2.9], ttl: 20s }", { kind: "values", ttl: 20 }],
    [", values: [192.0.2.9]", { kind: "values", ttl: undefined, rdata: [{ length: 4 }] }],
  ])("all down: %s", (settings, expected) => {
    const text = two(`${settings}, dynamic: { ${rules} }`, "fra");
    expect(listZoneIssues(text)).toEqual([]);
    expect(zoneOf(text).steered[0]?.allDown).toMatchObject(expected);
  });

  it("all_down's values are split by family, and a family without any is open", () => {
    const zone = zoneOf(file(VALUES, ", all_down: { values: [192.0.2.9] }"));
    expect(zone.steered.map(({ allDown }) => allDown.kind)).toEqual(["values", "open"]);
  });

  it("all_down is also for plain records whose values are checked", () => {
    const checked =
      "type: A, healthcheck: { protocol: TCP, port: 80 }, values: [192.0.2.1, 192.0.2.2]";
    const zone = zoneOf(zoneText(`  w: { ${checked}, all_down: { values: [192.0.2.9] } }`));
    expect(zone.steered[0]?.allDown).toMatchObject({ kind: "values", rdata: [{ length: 4 }] });
    expect(zone.pools[0]?.values).toHaveLength(2);
  });

  it.each([
    [
      ", all_down: closed, values: [192.0.2.9]",
      "6:36: error: all_down and values say both what is answered when everything is down: leave one out",
    ],
    [
      ", all_down: { values: [192.0.2.9], ttl: 21 }",
      "6:64: error: the ttl of all_down must be at least 1 and no longer than the record's: found 21, the record's ttl is 20",
    ],
    [", ttl_min: 21", "6:35: error: ttl_min must be from 1 to the record's ttl of 20: found 21"],
  ])("%s", (settings, message) => {
    expect(listZoneIssues(two(`${settings}, dynamic: { ${rules} }`, "fra"))).toContain(message);
  });

  it("one number of answers for all sticky pools is warned of where it is written", () => {
    expect(listZoneIssues(file(`policy: sticky, ${VALUES}`, ", answers: 3"))).toEqual([
      "7:34: warning: answers: 3 with policy sticky: resolvers and clients reorder what they get, so that only a single answer sticks",
    ]);
    expect(listZoneIssues(file(`policy: sticky, answers: 1, ${VALUES}`, ", answers: 3"))).toEqual(
      [],
    );
  });

  it("bias goes from -99 to 99", () => {
    expect(listZoneIssues(file(VALUES).replace("-20", "-100"))).toEqual([
      "2:74: error: bias must be a number from -99 to 99: found the number -100",
    ]);
  });
});

describe("rules by autonomous system", () => {
  const rule = (text: string): string =>
    file(VALUES, "", text, '\n  q: { values: [192.0.2.2, "2001:db8::2"] }');

  it("take numbers with and without AS", () => {
    const zone = zoneOf(rule("asns: [64500, AS64501, 'as4294967295'], pool: q }, { pool: p"));
    expect(zone.steered[0]?.rules.map(({ asns }) => asns)).toEqual([
      [64_500, 64_501, 4_294_967_295],
      [],
    ]);
    const network = `networks: { 192.0.2.0/24: { asn: AS64500 } }\n${file(VALUES)}`;
    expect(zoneOf(network).networks[0]?.asn).toBe(64_500);
  });

  it.each([
    [
      "asns: [AS64500.1], pool: q }, { pool: p",
      '8:53: error: asns must be a whole number from 0 to 4294967295: found "AS64500.1"',
    ],
    [
      "asns: AS4294967296, pool: q }, { pool: p",
      '8:52: error: asns must be from AS0 to AS4294967295: found "AS4294967296"',
    ],
    [
      "asns: [], pool: q }, { pool: p",
      "8:52: error: asns is an empty list: at least one is needed",
    ],
    [
      "asns: [1, AS1], pool: q }, { pool: p",
      "8:56: warning: AS1 can never match here: line 8 has it already",
    ],
    [
      "asns: [1, 2], pool: q }, { asns: [2], pool: p }, { pool: p",
      "8:71: warning: this rule can never match: earlier ones cover all of it",
    ],
    [
      "asns: [1], pool: q",
      "8:44: error: the last rule must match everybody: a rule without geos, subnets and asns is missing, like { pool: NAME }",
    ],
  ])("%s", (text, message) => expect(listZoneIssues(rule(text))).toContain(message));

  it("are warned of where nothing knows the system of a client", () => {
    const said = (text: string, knowsAsns: boolean): string[] =>
      loadZone(text, { file: "z.yaml", changedAt: 1, references: true, knowsAsns }).issues.map(
        ({ line, message }) => `${line} ${message}`,
      );
    const text = rule("asns: [1], pool: q }, { pool: p");
    expect(said(text, true)).toEqual([]);
    expect(said(text, false)).toEqual([expect.stringMatching(/^8 asns match nobody: /)]);
    const network = "networks: { 192.0.2.0/24: { asn: 1 } }\n";
    expect(said(network + text, false)).toEqual([]);
  });

  it("that have another part too are not covered by half", () => {
    const text = rule("asns: [1], pool: q }, { asns: [1], geos: [EU], pool: p }, { pool: p");
    expect(listZoneIssues(text)).toEqual([
      "8:77: warning: AS1 can never match here: line 8 has it already",
    ]);
  });
});

describe("names that are left without a value", () => {
  it("are warned of by rule, type and last resort", () => {
    const text = (rest: string): string =>
      zoneText(
        `  w: { type: A, dynamic: { rules: [{ geos: [EU], pool: off }, { pool: on }] }${rest} }`,
        `pools:
  off: { values: [{ value: 192.0.2.1, status: down }] }
  on: { values: [192.0.2.2] }`,
      );
    expect(listZoneIssues(text(""))).toEqual([
      '7:36: warning: all values of "w.example.com." A for this rule have status: down: the answer will be empty',
    ]);
    expect(listZoneIssues(text(", value: 192.0.2.9"))).toEqual([]);
    expect(listZoneIssues(text("").replace("down }] }", "down }], fallback: on }"))).toEqual([]);
    expect(
      listZoneIssues(
        text("").replace("off: { values: [", "off: { values: [{ pool: on, status: up }, "),
      ),
    ).toEqual([]);
    expect(
      listZoneIssues(
        text("").replace("off: { values: [", "off: { values: [{ pool: on, status: down }, "),
      ),
    ).toEqual([expect.stringContaining("for this rule have status: down")]);
  });

  it("are warned of where no value has the type at all", () => {
    expect(listZoneIssues(file("values: [192.0.2.1]"))).toEqual([
      '7:18: warning: no pool of "w.example.com." AAAA has a value of this type: the answer is always empty',
    ]);
  });
});
