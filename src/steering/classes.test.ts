import { describe, expect, it } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import type { Pool, SteeredRRset, Zone } from "../zone/model.ts";
import { classesOf } from "./classes.ts";
import { NO_RANKINGS } from "./rankings.ts";

const A = 1;
const AAAA = 28;
const GEO = geoTable({});

describe("classesOf()", () => {
  it("puts rules with the same pools into one class", () => {
    const zone = zoneOf([poolOf([A]), poolOf([A])]);
    expect(classesOf(zone, rulesOf(A, [[0], [1], [0], [1, 0]]), GEO)).toEqual({
      classes: [
        { pools: [0], rules: [0, 2], near: undefined },
        { pools: [1], rules: [1], near: undefined },
        { pools: [1, 0], rules: [3], near: undefined },
      ],
      outcomes: [[0], [1], [0], [2]],
      rankings: NO_RANKINGS,
      datacenters: [],
    });
  });

  it("sees that a fallback makes the same order as a list", () => {
    const zone = zoneOf([poolOf([A], 1), poolOf([A])]);
    expect(classesOf(zone, rulesOf(A, [[0], [0, 1]]), GEO).outcomes).toEqual([[0], [0]]);
  });

  it("leaves out pools that have no value of the type", () => {
    const zone = zoneOf([poolOf([A], 1), poolOf([A, AAAA])]);
    expect(classesOf(zone, rulesOf(A, [[0], [1]]), GEO).outcomes).toEqual([[0], [1]]);
    expect(classesOf(zone, rulesOf(AAAA, [[0], [1]]), GEO).outcomes).toEqual([[0], [0]]);
  });
});

function zoneOf(pools: readonly Pool[]): Zone {
  return {
    apex: Uint8Array.of(0),
    rrsets: [],
    steered: [],
    pools,
    datacenters: [],
    networks: [],
    serial: 1,
    negativeTtl: 60,
  };
}

function poolOf(types: readonly number[], fallback?: number): Pool {
  return {
    name: "pool",
    policy: "rotate",
    values: types.map((type) => ({
      text: "value",
      type,
      rdata: Uint8Array.of(1),
      weight: 1,
      datacenter: undefined,
      status: "obey",
      targets: [],
    })),
    fallback,
    answers: undefined,
    minHealthy: { count: 1 },
    nested: [],
    allDown: undefined,
    failback: { delayMs: 0, manual: false },
    slowStartMs: 0,
    stickyPrefix: { v4: 24, v6: 56 },
  };
}

function rulesOf(type: number, lists: readonly (readonly number[])[]): SteeredRRset {
  return {
    owner: Uint8Array.of(0),
    type,
    ttl: 30,
    ttlMin: 5,
    answers: undefined,
    rules: lists.map((pools) => ({ geos: [], subnets: [], asns: [], pools })),
    policy: "failover",
    allDown: { kind: "open" },
    label: "www",
  };
}
