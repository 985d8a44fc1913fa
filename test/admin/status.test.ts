import { describe, expect, it } from "vitest";
import type { StateReport } from "../../src/admin/api.ts";
import { describePeer } from "../../src/admin/describe-peer.ts";
import { describeSecondary } from "../../src/admin/describe-secondary.ts";
import { describeState } from "../../src/admin/describe-state.ts";
import { findMismatches } from "../../src/admin/json-schema.ts";
import { STATE } from "../../src/admin/schemas.ts";
import { renderStatus } from "../../src/cli/render-status.ts";
import { isUnwell } from "../../src/cli/run-status.ts";
import { findMatches } from "../../src/control/find-matches.ts";
import type { StoredOverride } from "../../src/control/overrides.ts";
import { groupPeers } from "../../src/control/peers.ts";
import { parseSelector } from "../../src/control/selector.ts";
import type { RefreshReport } from "../../src/secondary/refresh-report.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";

const HEAD = `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
healthchecks: { web: { protocol: TCP, port: 1 } }
`;
const ALONE = "{ healthcheck: web, values: [{ value: 192.0.2.1 }] }";

function serve(text: string): InProcess {
  return serveInProcess({ "example.com.yaml": `${HEAD}${text}` });
}

/** What operators say, in order. */
function say(server: InProcess, ...wishes: ["drain" | "up" | "down", string][]): StoredOverride[] {
  const overrides = wishes.map(([action, text], order): StoredOverride => {
    const selector = parseSelector(text);
    if (typeof selector === "string") throw new Error(selector);
    const rest = { by: "me", reason: undefined, since: 0, until: undefined };
    return { id: `id${order}`, order, action, selector, ...rest };
  });
  server.plane.setOverrides({
    find: (zone, pool, value) =>
      overrides.findLast(({ selector }) => selector.matches(zone, pool, value)),
  });
  return overrides;
}

function report(
  { plane, clock, memory }: InProcess,
  overrides: readonly StoredOverride[] = [],
  copyProblem?: string,
): StateReport {
  const state = describeState({
    version: "1.2.3",
    pid: 4711,
    startedAt: 0,
    stateDirectory: "/var/lib/rondo",
    copyProblem,
    isReady: true,
    certificate: { names: "DNS:ns1.example.net", expiresAt: 1_000_000 + 13.5 * 86_400_000 },
    zones: plane.zones.map((prepared) => ({
      name: "example.com.",
      file: "example.com.yaml",
      prepared,
      origin: "file",
      warnings: [],
    })),
    secondaries: [],
    peers: [],
    problems: [],
    steering: plane.steering,
    shares: [],
    world: plane.world,
    health: {
      blind: false,
      targets: [],
      references: [],
      probesInFlight: 0,
      probesInFlightLimit: 1,
    },
    overrides,
    left: memory.export(clock.now()),
    findMatches: ({ selector }) =>
      findMatches(
        plane.zones.map(({ zone }) => zone),
        selector,
      ),
    now: clock.now(),
    wallNow: 1_000_000,
  });
  expect(findMismatches(STATE, JSON.parse(JSON.stringify(state)))).toEqual([]);
  return state;
}

function find<Item extends { name: string }>(items: readonly Item[], name: string): Item {
  return items.find((item) => item.name === name)!;
}

const NESTED = `
pools:
  inner1: { healthcheck: web, values: [{ value: 192.0.2.1 }, { value: 192.0.2.2 }] }
  inner2: { healthcheck: web, values: [{ value: 192.0.2.3 }] }
  nest: { values: [{ pool: inner1, weight: 3 }, { pool: inner2 }] }
records:
  www: { type: A, ttl: 60, dynamic: { rules: [{ pool: nest }] } }
`;

describe("describeState()", () => {
  it("shows no pool of an ALIAS whose target is here", () => {
    const server = serve(`
records:
  "": { type: ALIAS, value: www.example.com. }
  www: { type: A, dynamic: { rules: [{ pool: p }] } }
  other: { type: ALIAS, value: www.example.org. }
pools: { p: ${ALONE} }
`);
    const listPools = (): string[] => report(server).zones[0]!.pools.map(({ name }) => name);
    expect(listPools()).toEqual(["@", "p", "other"]);
    // What the control plane says of it once it knows its zones.
    Object.assign(find(server.plane.zones[0]!.zone.pools, "@"), { isFollowed: true });
    expect(listPools()).toEqual(["p", "other"]);
  });

  it("tells that the state folder takes no copies, and nothing while it does", () => {
    const server = serve(NESTED);
    expect(renderStatus(report(server))).not.toContain("NO COPIES");
    expect(renderStatus(report(server, [], "ENOSPC: no space left"))).toContain(
      "\nNO COPIES of zone files in /var/lib/rondo: ENOSPC: no space left; a bad file",
    );
  });

  it("counts and shows what a pool reaches through others", () => {
    const server = serve(NESTED);
    server.mark({ "192.0.2.2": "down", "192.0.2.3": "down" });
    const state = report(server);
    expect(find(state.zones[0]!.pools, "nest")).toMatchObject({
      inService: 1,
      total: 3,
      values: [],
      nested: [
        { pool: "inner1", type: "A", weight: 3, state: "up", inService: 1, total: 2 },
        { pool: "inner2", type: "A", weight: 1, state: "down", inService: 0, total: 1 },
      ],
    });
    const text = renderStatus(state);
    expect(text).toContain("pool nest (rotate): 1 of 3 in service, through inner1, inner2\n");
    expect(text).toMatch(/^ {4}pool inner1 +weight 3 +up +1 of 2$/m);
    expect(text).toMatch(/^ {4}pool inner2 +weight 1 +DOWN +0 of 1$/m);
  });

  it("shows a drain of a pool of pools where it holds", () => {
    const server = serve(NESTED);
    const state = report(server, say(server, ["drain", "pool=nest"]));
    expect(find(state.zones[0]!.pools, "nest")).toMatchObject({ inService: 0, total: 3 });
    expect(find(state.zones[0]!.pools, "inner1")).toMatchObject({ inService: 2, total: 2 });
    expect(state.overrides).toMatchObject([{ matches: 3 }]);
  });

  it("shows that a pool waits for an operator", () => {
    const server = serve(`
pools:
  eu: { failback: { manual: true }, fallback: na, healthcheck: web, values: [{ value: 192.0.2.1 }] }
  na: { values: [{ value: 192.0.2.2 }] }
records:
  www: { type: A, ttl: 60, dynamic: { rules: [{ pool: eu }] } }
`);
    server.mark({ "192.0.2.1": "down" });
    server.mark({});
    const state = report(server);
    expect(find(state.zones[0]!.pools, "eu").heldBack).toBe("manual");
    expect(renderStatus(state)).toContain(
      "pool eu (rotate): 1 of 1 in service, HELD BACK until: rondo failback eu\n",
    );
    expect(isUnwell(state)).toBe(false);
  });

  it("shows how a secondary zone is getting on", () => {
    const state = report(serve("records: { www: { type: A, value: 192.0.2.1 } }"));
    const secondary: RefreshReport = {
      zone: "example.com.",
      primaries: [
        { address: "192.0.2.1", port: 53 },
        { address: "2001:db8::1", port: 5353 },
      ],
      serial: 7,
      state: "current",
      askedAt: Date.parse(state.now) - 2000,
      confirmedAt: Date.parse(state.now) - 5000,
      confirmedBy: { address: "192.0.2.1", port: 53 },
      expiresAt: Date.parse(state.now) + 3 * 86_400_000,
      nextAt: Date.parse(state.now) + 60_000,
      lastError: undefined,
      lastTransfer: {
        primary: { address: "192.0.2.1", port: 53 },
        kind: "incremental",
        serial: 7,
        at: Date.parse(state.now) - 3_600_000,
      },
      transfers: { whole: 1, incremental: 0 },
      failures: 0,
    };
    const show = (change: Partial<RefreshReport>): [text: string, unwell: boolean] => {
      const described = describeSecondary({ ...secondary, ...change });
      const changed = { ...state, zones: [{ ...state.zones[0]!, secondary: described }] };
      expect(findMismatches(STATE, changed)).toEqual([]);
      return [renderStatus(changed), isUnwell(changed)];
    };
    const [current, isUnwellCurrent] = show({});
    expect(current).toContain(
      "  secondary of 192.0.2.1:53, [2001:db8::1]:5353: confirmed 5s ago by 192.0.2.1:53, expires in 3d, came as changes 1h ago, asks again in 1m\n",
    );
    expect(isUnwellCurrent).toBe(false);
    const [expired, isUnwellExpired] = show({ state: "expired", lastError: "192.0.2.1:53: no" });
    expect(expired).toContain(
      ": EXPIRED, confirmed 5s ago by 192.0.2.1:53, came as changes 1h ago, asked 2s ago, asks again in 1m\n    192.0.2.1:53: no\n",
    );
    expect(isUnwellExpired).toBe(true);
    const none = {
      serial: undefined,
      confirmedAt: undefined,
      confirmedBy: undefined,
      expiresAt: undefined,
      lastTransfer: undefined,
    };
    const [missing, isUnwellMissing] = show({ ...none, state: "missing", nextAt: undefined });
    expect(missing).toContain(": NEVER TRANSFERRED, asking now\n");
    expect(isUnwellMissing).toBe(true);
    const [restoring, isUnwellRestoring] = show({ ...none, state: "restoring", nextAt: undefined });
    expect(restoring).toContain(": BEING RESTORED from the last run\n");
    expect(isUnwellRestoring).toBe(true);
  });

  it("shows what other name servers were told and given", () => {
    const state = report(serve("records: { www: { type: A, value: 192.0.2.1 } }"));
    const now = Date.parse(state.now);
    const target = { address: "192.0.2.54", port: 5353, key: "k." };
    const told = { target, serial: 7, rcode: undefined, at: now };
    const given = { client: "192.0.2.55", serial: 6, key: "k.", isBroken: false, at: now - 3000 };
    const peers = groupPeers(
      [
        { ...told, zone: "a.", state: "answered", rcode: 0 },
        { ...told, zone: "b.", state: "refused", rcode: 5 },
        ...["c.", "d.", "e.", "f."].map((zone) => ({
          ...told,
          zone,
          state: "unanswered" as const,
        })),
        { ...told, zone: "g.", state: "pending", at: undefined },
      ],
      [
        { ...given, zone: "a.", kind: "whole" },
        { ...given, zone: "b.", kind: "incremental", client: "192.0.2.54" },
        { ...given, zone: "b.", kind: "incremental", isBroken: true },
      ],
    ).map(describePeer);
    expect(findMismatches(STATE, { ...state, peers })).toEqual([]);
    expect(peers.map(({ address }) => address)).toEqual(["192.0.2.54", "192.0.2.55"]);
    expect(peers[0]).toMatchObject({
      notified: { length: 7, 1: { zone: "b.", port: 5353, key: "k.", serial: 7, rcode: 5 } },
      transferred: [{ zone: "b.", kind: "incremental", serial: 6, key: "k.", broken: false }],
    });
    const text = renderStatus({ ...state, peers });
    expect(text.slice(text.indexOf("\nsecondaries")).replace(/ {2,}/g, "  ")).toBe(`
secondaries
  192.0.2.54  told of 1 of 7 zones, waiting for g. 7, REFUSES (RCODE 5) b. 7, NO ANSWER for c. 7, d. 7, e. 7 and 1 more  took b. 6 as changes 3s ago
  192.0.2.55  BROKE OFF b. 6 as changes 3s ago
`);
  });

  it("has one line for a certificate that expires soon or has expired", () => {
    const state = report(serve("records: { www: { type: A, value: 192.0.2.1 } }"));
    const expires = (days: number): string =>
      renderStatus({
        ...state,
        certificate: {
          names: "DNS:a.test",
          expires: new Date(Date.parse(state.now) + days * 86_400_000).toISOString(),
        },
      }).split("\n")[1]!;
    expect(renderStatus(state)).toContain("\ncertificate of DNS:ns1.example.net expires in 13d\n");
    expect([14.1, 0.5, -2.5].map(expires)).toEqual([
      "",
      "certificate of DNS:a.test expires in 12h",
      "CERTIFICATE of DNS:a.test EXPIRED 2d ago",
    ]);
    expect(renderStatus({ ...state, certificate: null })).not.toMatch(/certificate/i);
  });

  it("shows how long a pool is held back", () => {
    const server = serve(`
pools:
  eu: { failback: { delay: 60s }, fallback: na, healthcheck: web, values: [{ value: 192.0.2.1 }] }
  na: { values: [{ value: 192.0.2.2 }] }
records:
  www: { type: A, ttl: 60, dynamic: { rules: [{ pool: eu }] } }
`);
    server.mark({ "192.0.2.1": "down" });
    expect(find(report(server).zones[0]!.pools, "eu")).toMatchObject({
      heldBack: null,
      heldBackUntil: null,
    });
    server.mark({});
    server.clock.advance(20_000);
    const state = report(server);
    expect(find(state.zones[0]!.pools, "eu")).toMatchObject({
      heldBack: "delay",
      heldBackUntil: new Date(1_040_000).toISOString(),
    });
    expect(renderStatus(state)).toContain("1 of 1 in service, HELD BACK for another 40s\n");
  });

  it("shows with what weight a value starts", () => {
    const server = serve(`
pools:
  eu: { slow_start: 100s, healthcheck: web, values: [{ value: 192.0.2.1, weight: 10 }, { value: 192.0.2.2 }] }
records:
  www: { type: A, ttl: 60, dynamic: { rules: [{ pool: eu }] } }
`);
    server.mark({ "192.0.2.1": "down" });
    server.mark({});
    server.clock.advance(50_000);
    const text = renderStatus(report(server));
    expect(text).toMatch(/192\.0\.2\.1 +weight 10, now 5 /);
    expect(text).toMatch(/192\.0\.2\.2 +weight 1 /);
  });

  it.each([
    ["", "all_down: open", "FAILING OPEN: .* the first one, eu, answers as if .*", "all-down-open"],
    ["", "all_down: closed", "CLOSED: .*all_down is closed: NODATA", "all-down-closed"],
    ["", "all_down: servfail", "SERVFAIL: .*all_down is servfail: SERVFAIL", "all-down-servfail"],
    ["", "values: [192.0.2.8]", "LAST RESORT: .*the record's own values answer", "last-resort"],
    [
      "all_down: { values: [192.0.2.8] },",
      "values: [192.0.2.9]",
      "LAST RESORT: .*the values of all_down of eu answer",
      "last-resort",
    ],
  ])("tells what %j and %j lead to while all are down", (ofPool, ofRecord, words, mode) => {
    const server = serve(`
pools:
  eu: { ${ofPool} healthcheck: web, values: [{ value: 192.0.2.1 }] }
records:
  www: { type: A, ttl: 60, ${ofRecord}, dynamic: { rules: [{ pool: eu }] } }
`);
    expect(isUnwell(report(server))).toBe(false);
    server.mark({ "192.0.2.1": "down" });
    const state = report(server);
    expect(state.zones[0]!.names).toMatchObject([{ troubles: [{ mode, rules: [] }] }]);
    expect(renderStatus(state)).toMatch(new RegExp(`name www.* 0 answers; ${words}\n`));
    expect(isUnwell(state)).toBe(true);
  });

  it("tells whom nothing is enabled for, and says nothing of types that are not there", () => {
    const server = serve(`
pools:
  eu: ${ALONE}
  na: { values: [{ value: 192.0.2.2 }] }
records:
  www: { type: [A, AAAA], ttl: 60, dynamic: { rules: [{ subnets: [10.0.0.0/8], pool: eu }, { pool: na }] } }
`);
    server.mark({});
    expect(isUnwell(report(server))).toBe(false);
    const state = report(server, say(server, ["drain", "pool=na"]));
    expect(find(state.zones[0]!.names, "www.example.com.").troubles).toMatchObject([
      { mode: "nodata", rules: [2] },
    ]);
    expect(renderStatus(state)).toMatch(
      /name www\.example\.com\. A: 0 answers; NO DATA: no value is enabled.* \(for the clients of rule 2\)\n/,
    );
    expect(isUnwell(state)).toBe(true);
  });
});
