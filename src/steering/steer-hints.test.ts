import { describe, expect, it } from "vitest";
import { octetsOf } from "../../test/support/steering-model.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import type { HintedRecord, HintSource, SteeredRRset } from "../zone/model.ts";
import type { Answer, Decision } from "./decision.ts";
import { steerHints } from "./steer-hints.ts";

const HTTPS: SteeredRRset = {
  owner: Uint8Array.of(0),
  type: 65,
  ttl: 60,
  ttlMin: 5,
  answers: undefined,
  rules: [],
  policy: "failover",
  allDown: { kind: "open" },
  label: "www",
};
/** `1 .` */
const PLAIN = Uint8Array.of(0, 1, 0);

function answer(
  values: readonly (readonly [text: string, weight: number])[],
  changes: Partial<Answer> = {},
): Answer {
  return {
    kind: "answer",
    values: values.map(([text, weight]) => ({ rdata: octetsOf(text), weight, text })),
    policy: "rotate",
    pool: "p",
    answers: values.length,
    rotate: values.length > 1,
    sticky: undefined,
    ttl: 30,
    lifetime: { basis: "ttl", most: Infinity },
    mode: "normal",
    ...changes,
  };
}

const steered = (rrset: number): HintSource => ({ kind: "steered", rrset });

function decide(records: readonly Partial<HintedRecord>[], decisions: readonly Decision[]): Answer {
  const hints = records.map((one) => ({ rdata: PLAIN, ipv4: undefined, ipv6: undefined, ...one }));
  return steerHints(HTTPS, hints, (index) => decisions[index]!);
}

/** The answers of one cycle. */
function listTurns({ values, sequence, answers }: Answer): string[] {
  return (sequence ?? [0]).map((first) =>
    Array.from({ length: answers }, (_, i) =>
      formatRdata(65, values[(first + i) % values.length]!.rdata),
    ).join(" | "),
  );
}

describe("steerHints()", () => {
  it("gives all addresses where an answer has them all, whoever leads", () => {
    const decided = decide(
      [{ ipv4: steered(0), ipv6: steered(1) }],
      [
        answer([
          ["192.0.2.1", 1],
          ["192.0.2.2", 1],
        ]),
        answer([["2001:db8::1", 1]], { ttl: 20 }),
      ],
    );
    expect(listTurns(decided)).toEqual(["1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1"]);
    expect(decided).toMatchObject({ ttl: 20, answers: 1, rotate: false });
  });

  it("gives one address at a time in proportion to its weight where answers have one", () => {
    const weighted = answer(
      [
        ["192.0.2.1", 3],
        ["192.0.2.2", 1],
      ],
      { answers: 1 },
    );
    const decided = decide([{ ipv4: steered(0) }], [weighted]);
    expect(listTurns(decided).sort()).toEqual([
      "1 . ipv4hint=192.0.2.1",
      "1 . ipv4hint=192.0.2.1",
      "1 . ipv4hint=192.0.2.1",
      "1 . ipv4hint=192.0.2.2",
    ]);
    expect(decided.values.map(({ weight }) => weight)).toEqual([3, 1]);
  });

  it("gives the window that an answer has, around the end", () => {
    const windows = answer(
      ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((text) => [text, 1] as const),
      { answers: 2 },
    );
    expect(listTurns(decide([{ ipv4: steered(0) }], [windows]))).toEqual([
      "1 . ipv4hint=192.0.2.1,192.0.2.2",
      "1 . ipv4hint=192.0.2.2,192.0.2.3",
      "1 . ipv4hint=192.0.2.3,192.0.2.1",
    ]);
  });

  it("gives what always leads where the lead does not go round", () => {
    const failover = answer(
      [
        ["192.0.2.1", 1],
        ["192.0.2.2", 1],
      ],
      { policy: "failover", answers: 1, rotate: false },
    );
    expect(listTurns(decide([{ ipv4: steered(0) }], [failover]))).toEqual([
      "1 . ipv4hint=192.0.2.1",
    ]);
  });

  it("turns both families in step, each in its own proportion", () => {
    const two = (a: string, b: string): Answer =>
      answer(
        [
          [a, 1],
          [b, 1],
        ],
        { answers: 1 },
      );
    const three = answer(
      ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map((text) => [text, 1] as const),
      { answers: 1 },
    );
    const turns = listTurns(
      decide([{ ipv4: steered(0), ipv6: steered(1) }], [two("192.0.2.1", "192.0.2.2"), three]),
    );
    expect(new Set(turns).size).toBe(6);
  });

  it("keeps the records of an RRset together, whichever of them turns", () => {
    const one = answer(
      [
        ["192.0.2.1", 1],
        ["192.0.2.2", 1],
      ],
      { answers: 1 },
    );
    const decided = decide([{ ipv4: steered(0) }, { rdata: Uint8Array.of(0, 2, 0) }], [one]);
    expect(listTurns(decided)).toEqual([
      "1 . ipv4hint=192.0.2.1 | 2 .",
      "1 . ipv4hint=192.0.2.2 | 2 .",
    ]);
    const fixed = decide(
      [{ ipv4: steered(0) }, { rdata: Uint8Array.of(0, 2, 0) }],
      [answer([["192.0.2.1", 1]])],
    );
    // Their order goes round, as that of any plain RRset.
    expect(fixed).toMatchObject({ answers: 2, rotate: true });
  });

  it.each<[string, Decision]>([
    ["no data", { kind: "nodata", mode: "all-down-closed" }],
    ["SERVFAIL", { kind: "servfail", mode: "all-down-servfail" }],
    [
      "a value for each client",
      answer(
        [
          ["192.0.2.1", 1],
          ["192.0.2.2", 1],
        ],
        {
          policy: "sticky",
          answers: 1,
          rotate: false,
          sticky: { prefix4: 24, prefix6: 56, seeds: [1, 2] },
        },
      ),
    ],
  ])("leaves out a family whose queries get %s", (_, decision) => {
    const decided = decide(
      [{ ipv4: steered(0), ipv6: steered(1) }],
      [decision, answer([["2001:db8::1", 1]])],
    );
    expect(listTurns(decided)).toEqual(["1 . ipv6hint=2001:db8::1"]);
    expect(decided).toMatchObject({ kind: "answer", ttl: 30 });
  });

  it("has as many turns as the longer cycle has where their common one is too long", () => {
    const many = (n: number, prefix: string): Answer =>
      answer(
        Array.from({ length: n }, (_, i) => [`${prefix}${i + 1}`, 1] as const),
        { answers: 1 },
      );
    const decided = decide(
      [{ ipv4: steered(0), ipv6: steered(1) }],
      [many(97, "192.0.2."), many(89, "2001:db8::")],
    );
    expect(decided.sequence).toHaveLength(97);
    const v4 = new Set(listTurns(decided).map((text) => /ipv4hint=(\S+)/.exec(text)![1]));
    expect(v4.size).toBe(97);
  });
});
