import { describe, expect, it } from "vitest";
import {
  A,
  zoneOf as createZone,
  makeValue,
  pool,
  record,
} from "../../test/support/steering-model.ts";
import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import { compileSequence } from "../steering/sequence.ts";
import type { Name, Pool, PoolValue, Zone } from "../zone/model.ts";
import type { SteeringInForce } from "./control-plane.ts";
import type { CounterView } from "./counter-readings.ts";
import { type NameShares, Shares } from "./shares.ts";

function nameOf(...labels: string[]): Name {
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...Buffer.from(label)]), 0]);
}

function value(last: number, datacenter: string): PoolValue {
  return { ...makeValue(`192.0.2.${last}`), datacenter, targets: [] };
}

const europe = pool("europe", [], { values: [value(1, "fra"), value(2, "fra")], fallback: 1 });
/** 192.0.2.1 stands in both. */
const america = pool("america", [], { values: [value(1, "iad"), value(3, "iad")] });
const lastResort = Uint8Array.of(192, 0, 2, 9);

const rrset = record({
  owner: nameOf("www", "example", "com"),
  rules: [{ geos: [], subnets: [], asns: [], pools: [0] }],
  allDown: { kind: "values", rdata: [lastResort], ttl: undefined },
});

function zoneOf(pools: readonly Pool[]): Zone {
  return { ...createZone(pools), apex: nameOf("example", "com"), steered: [rrset] };
}

function answerSet(rotation: number, values: readonly PoolValue[], weights: number[]): RRsetSource {
  return {
    type: A,
    ttl: 30,
    rdata: values.map(({ rdata }) => rdata),
    answers: 1,
    cycle: compileSequence(weights),
    rotation,
    sticky: undefined,
  };
}

/** What was published: one name whose counters begin at `firstCounter`. */
function inForce(
  sets: readonly AnswerSet[],
  { zone = zoneOf([europe, america]), names = NAMES }: Partial<SteeringInForce> = {},
): SteeringInForce {
  const plan = { key: "", rrset, classes: { classes: [] } } as unknown as SteeringInForce["plan"];
  return { zone, plan, names, sets, modes: sets.map(() => "normal") };
}

const NAMES = [{ owner: rrset.owner, firstCounter: 10 }];

function threads(count: number): { views: CounterView[]; read: () => CounterView[] } {
  const views = Array.from({ length: count }, (_, thread) => ({
    counters: new Uint32Array(64).fill(thread * 40_503),
    start: thread * 40_503,
  }));
  return { views, read: () => views };
}

function answersOf(shares: readonly NameShares[]): Record<string, number> {
  const [{ values }] = shares as [NameShares];
  return Object.fromEntries(values.map((one) => [`${one.pool} ${one.value}`, one.answers]));
}

describe("list()", () => {
  it("knows every value of the name before anybody has asked", () => {
    const shares = new Shares(threads(1).read);
    shares.follow([inForce([answerSet(0, europe.values, [1, 1])])]);
    expect(shares.list()).toEqual([
      {
        zone: "example.com.",
        name: "www.example.com.",
        type: A,
        answers: 0,
        values: [
          ["europe", "192.0.2.1", "fra"],
          ["europe", "192.0.2.2", "fra"],
          ["america", "192.0.2.1", "iad"],
          ["america", "192.0.2.3", "iad"],
          ["", "192.0.2.9", undefined],
        ].map(([name, text, datacenter]) => ({
          pool: name,
          value: text,
          datacenter,
          answers: 0,
          share: 0,
          configuredShare: 0,
        })),
      },
    ]);
  });

  it("divides the answers of all threads by the order in which they were led", () => {
    const { views, read } = threads(2);
    const shares = new Shares(read);
    shares.follow([inForce([answerSet(0, europe.values, [3, 1])])]);
    views[0]!.counters[10]! += 400;
    views[1]!.counters[10]! += 40;
    const [{ answers, values }] = shares.list() as [NameShares];
    expect(answers).toBe(440);
    expect(values[0]).toMatchObject({ answers: 330, share: 0.75, configuredShare: 0.75 });
    expect(values[1]).toMatchObject({ answers: 110, share: 0.25, configuredShare: 0.25 });
  });

  it("tells equal values of two pools apart by the pool they were taken from", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    shares.follow([
      inForce([
        answerSet(0, europe.values, [1, 1]),
        answerSet(1, america.values, [1, 1]),
        "nodata",
      ]),
    ]);
    views[0]!.counters[10]! += 2;
    views[0]!.counters[11]! += 4;
    expect(answersOf(shares.list())).toMatchObject({
      "europe 192.0.2.1": 1,
      "america 192.0.2.1": 2,
      "america 192.0.2.3": 2,
    });
  });

  it("counts an answer set once that several classes of clients get, with whatever TTL", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    const set = answerSet(0, europe.values, [1, 1]);
    shares.follow([inForce([set, set, { ...set, ttl: 15 }])]);
    views[0]!.counters[10]! += 10;
    expect(shares.list()[0]!.answers).toBe(10);
  });

  it("reads a sticky set's counters record by record", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    const sticky = { prefix4: 24, prefix6: 48, seeds: [1, 2], weights: [3, 1] };
    shares.follow([inForce([{ ...answerSet(0, europe.values, [1, 1]), sticky }])]);
    views[0]!.counters[10]! += 60;
    views[0]!.counters[11]! += 40;
    const [{ values }] = shares.list() as [NameShares];
    expect(values[0]).toMatchObject({ answers: 60, share: 0.6, configuredShare: 0.75 });
    expect(values[1]).toMatchObject({ answers: 40, share: 0.4, configuredShare: 0.25 });
  });

  it("counts the record's own values", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    const own = { ...value(9, ""), rdata: lastResort };
    shares.follow([inForce([answerSet(0, [own], [1])])]);
    views[0]!.counters[10]! += 5;
    expect(answersOf(shares.list())).toMatchObject({ " 192.0.2.9": 5, "europe 192.0.2.1": 0 });
  });
});

describe("follow()", () => {
  it("counts what was answered before for the set that was in force before", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    const [first, second] = europe.values as [PoolValue, PoolValue];
    shares.follow([inForce([answerSet(0, [first], [1])])]);
    views[0]!.counters[10]! += 7;
    // The same counter now counts another set.
    shares.follow([inForce([answerSet(0, [second], [1])])]);
    views[0]!.counters[10]! += 3;
    expect(answersOf(shares.list())).toMatchObject({
      "europe 192.0.2.1": 7,
      "europe 192.0.2.2": 3,
    });
  });

  it("starts a counter where it is that counted something else until now", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    shares.follow([inForce([answerSet(0, europe.values, [1, 1])])]);
    views[0]!.counters[11]! += 1000;
    shares.follow([
      inForce([answerSet(0, europe.values, [1, 1]), answerSet(1, america.values, [1, 1])]),
    ]);
    expect(shares.list()[0]!.answers).toBe(0);
    views[0]!.counters[11]! += 2;
    expect(shares.list()[0]!.answers).toBe(2);
  });

  it("keeps what a name's values have led over a reload, and forgets values that went", () => {
    const { views, read } = threads(1);
    const shares = new Shares(read);
    shares.follow([inForce([answerSet(0, europe.values, [1, 1])])]);
    views[0]!.counters[10]! += 10;
    const smaller = pool("europe", [], {
      values: [europe.values[1]!, value(4, "fra")],
      fallback: 1,
    });
    const reloaded = {
      zone: zoneOf([smaller, america]),
      names: [{ ...NAMES[0]!, firstCounter: 20 }],
    };
    shares.follow([inForce([answerSet(0, smaller.values, [1, 1])], reloaded)]);
    views[0]!.counters[20]! += 2;
    expect(answersOf(shares.list())).toEqual({
      "europe 192.0.2.2": 6,
      "europe 192.0.2.4": 1,
      "america 192.0.2.1": 0,
      "america 192.0.2.3": 0,
      " 192.0.2.9": 0,
    });
  });

  it("forgets names that are no longer served", () => {
    const shares = new Shares(threads(1).read);
    shares.follow([inForce([answerSet(0, europe.values, [1, 1])])]);
    shares.follow([]);
    expect(shares.list()).toEqual([]);
  });
});

it("sample() often enough keeps the count over a counter that wraps around", () => {
  const { views, read } = threads(1);
  const shares = new Shares(read);
  shares.follow([inForce([answerSet(0, europe.values, [1, 1])])]);
  for (let i = 0; i < 3; i++) {
    views[0]!.counters[10]! += 2 ** 31;
    shares.sample();
  }
  expect(shares.list()[0]!.answers).toBe(3 * 2 ** 31);
});
