/**
 * SVCB and HTTPS records with `auto` hints: what they say is what A and AAAA queries of the same client get, as far as it
 * can be said in a record that many clients of a cache share.
 */

import { formatRdata } from "../rdata/format-rdata.ts";
import { insertHints } from "../rdata/insert-hints.ts";
import { TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import type { HintedRecord, HintSource, SteeredRRset, Zone } from "../zone/model.ts";
import type { Answer, Decision, SteeredValue } from "./decision.ts";
import { compileSequence } from "./sequence.ts";
import { type Lifetime, settleTtl } from "./settle-ttl.ts";

/** The steered RRsets that the hints of an RRset follow, each once: `ClientClass.parts` has a class for each. */
export function listHintSources(zone: Zone, hints: readonly HintedRecord[]): SteeredRRset[] {
  const indexes = new Set<number>();
  for (const { ipv4, ipv6 } of hints) {
    for (const source of [ipv4, ipv6]) if (source?.kind === "steered") indexes.add(source.rrset);
  }
  return [...indexes].map((index) => zone.steered[index]!);
}

/** What clients of a family are told, and why it may be nothing. */
export interface HintsOffer {
  /** Undefined: no addresses. */
  readonly addresses: OfferedAddresses | undefined;
  readonly why: "in-service" | "no-address" | "sticky";
}

interface OfferedAddresses {
  readonly rdata: readonly Uint8Array[];
  /** Of these, how many at once. */
  readonly answers: number;
  /** Which of them is the first, in turn. */
  readonly leads: readonly number[];
  /** Seconds. */
  readonly ttl: number;
}

/** What the hints of one family of one record are made of. */
export function offerHints(
  source: HintSource,
  type: number,
  decide: (rrset: number) => Decision,
): HintsOffer {
  if (source.kind === "static") {
    const { rdata, ttl, answers } = source;
    const leads = answers < rdata.length ? [...rdata.keys()] : [0];
    return { addresses: { rdata, ttl, answers, leads }, why: "in-service" };
  }
  const decision = decide(source.rrset);
  if (decision.kind !== "answer") return { addresses: undefined, why: "no-address" };
  // Who leads is decided for each client, and a hint that names another would lead it away from there.
  if (decision.sticky !== undefined) return { addresses: undefined, why: "sticky" };
  const size = type === TYPE_A ? 4 : 16;
  const rdata = decision.values.map((value) => value.rdata).filter(({ length }) => length === size);
  const { answers, ttl } = decision;
  return { addresses: { rdata, answers, leads: listLeads(decision), ttl }, why: "in-service" };
}

/** Beyond this common cycle of both families the longer one is enough: each address has its share then, too. */
const MAX_COMMON_CYCLE = 1024;
/** Records that differ by their hints. */
const MAX_RECORDS = 4096;

/**
 * Decides what the clients of a class get of an RRset with `auto` hints.
 *
 * Where an answer has not all addresses at once, the hints go round as the addresses do: by weight, and as many at a time.
 *
 * @param decide what the class's part for a source gets
 */
export function steerHints(
  rrset: SteeredRRset,
  hints: readonly HintedRecord[],
  decide: (rrset: number) => Decision,
): Answer {
  const offers = hints.map(({ ipv4, ipv6 }) => ({
    ipv4: ipv4 && offerHints(ipv4, TYPE_A, decide).addresses,
    ipv6: ipv6 && offerHints(ipv6, TYPE_AAAA, decide).addresses,
  }));
  const used = offers.flatMap(({ ipv4, ipv6 }) => [ipv4 ?? [], ipv6 ?? []].flat());
  const turns = countTurns(used);
  const numbers = new Map<string, number>();
  const sequence: number[] = [];
  const values: SteeredValue[] = [];
  for (let turn = 0; turn < turns && values.length < MAX_RECORDS; turn++) {
    const key = used.map(({ leads }) => leads[turn % leads.length]).join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = values.length;
      numbers.set(key, number);
      values.push(
        ...hints.map(({ rdata }, i): SteeredValue => {
          const { ipv4, ipv6 } = offers[i]!;
          const octets = insertHints(rdata, listAt(ipv4, turn), listAt(ipv6, turn));
          return { rdata: octets, weight: 1, text: formatRdata(rrset.type, octets) };
        }),
      );
    }
    sequence.push(number);
  }
  const isOne = numbers.size === 1;
  const lifetime: Lifetime = { basis: "ttl", most: Math.min(...used.map(({ ttl }) => ttl)) };
  return {
    kind: "answer",
    values: isOne ? values : weigh(values, sequence),
    policy: "rotate",
    pool: undefined,
    answers: hints.length,
    rotate: values.length > 1,
    sticky: undefined,
    ttl: settleTtl(rrset, lifetime),
    lifetime,
    mode: "normal",
    ...(isOne ? {} : { sequence }),
  };
}

function listLeads({ values, answers, rotate }: Answer): readonly number[] {
  if (!rotate || answers >= values.length) return [0];
  const leading = values.filter(({ weight }) => weight > 0);
  const cycle = compileSequence(leading.map(({ weight }) => weight));
  return cycle === undefined ? [...leading.keys()] : [...cycle];
}

/** As many as one answer has, from the one that leads this turn, around the end. */
function listAt(offered: OfferedAddresses | undefined, turn: number): Uint8Array[] {
  if (offered === undefined) return [];
  const { rdata, answers, leads } = offered;
  const first = leads[turn % leads.length]!;
  return Array.from(
    { length: Math.min(answers, rdata.length) },
    (_, i) => rdata[(first + i) % rdata.length]!,
  );
}

/** The first record of each turn has as much weight as it has turns; those behind it come with it. */
function weigh(values: readonly SteeredValue[], sequence: readonly number[]): SteeredValue[] {
  const counts = new Map<number, number>();
  for (const number of sequence) counts.set(number, (counts.get(number) ?? 0) + 1);
  return values.map((value, i) => ({ ...value, weight: counts.get(i) ?? 0 }));
}

function countTurns(used: readonly OfferedAddresses[]): number {
  const lengths = used.map(({ leads }) => leads.length);
  let common = 1;
  for (const length of lengths) {
    common = findCommonMultiple(common, length);
    if (common > MAX_COMMON_CYCLE) return Math.max(...lengths);
  }
  return common;
}

function findCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
