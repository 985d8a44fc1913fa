/**
 * The steering decision: what the clients of one class get, given the state of the world. Pure: the image compiler calls
 * it once per class after every change, `explain` calls it with a trace, and both get the same. docs/steering.md has the
 * rules in words.
 */

import { formatRdata } from "../rdata/format-rdata.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import type { Pool, PoolPolicy, SteeredRRset, Zone } from "../zone/model.ts";
import type { ClientClass } from "./classes.ts";
import type { Answer, Decision, SteeredValue, Sticky } from "./decision.ts";
import { type Choice, choosePool, findLinks, type Link } from "./pool-choice.ts";
import { type Arrangement, arrangeShares, type Ranking, type Share } from "./pool-shares.ts";
import { isUnsettled } from "./pool-standing.ts";
import { type Lifetime, settleTtl } from "./settle-ttl.ts";
import { listHintSources, steerHints } from "./steer-hints.ts";
import { findSeed } from "./sticky.ts";
import type { Trace } from "./trace.ts";
import { traceHints } from "./trace-hints.ts";
import { traceAnswer, traceChoice } from "./trace-steer.ts";
import type { ClassPast, World } from "./world.ts";

/** Addresses per answer where nobody has written a number: as many A records as fit 512 octets with room to spare. */
const DEFAULT_ANSWERS = 8;

/**
 * Decides what the clients of a class get.
 *
 * @param trace filled with every pool, value and reason if given; changes nothing
 * @param past what the class got so far; what the world remembers if left out
 */
export function steer(
  zone: Zone,
  rrset: SteeredRRset,
  clientClass: ClientClass,
  world: World,
  trace?: Trace,
  past: ClassPast | undefined = world.memory.past(zone, rrset, clientClass),
): Decision {
  if (rrset.hints !== undefined) return followSources(zone, rrset, clientClass, world, trace);
  const links = findLinks(zone, clientClass, rrset.type, world, past?.pool);
  const choice = choosePool(rrset, links, past?.healthy);
  const drawn = drawAnswer(zone, rrset, clientClass, links, choice);
  if (trace !== undefined) {
    traceChoice(trace, rrset, links, choice, drawn?.shares ?? []);
    if (drawn !== undefined) traceAnswer(trace, rrset, links, choice, drawn.answer, drawn.counted);
  }
  if (drawn !== undefined) return drawn.answer;
  return choice.mode === "all-down-servfail" || choice.mode === "unresolved"
    ? { kind: "servfail", mode: choice.mode }
    : { kind: "nodata", mode: choice.mode === "all-down-closed" ? choice.mode : "nodata" };
}

/** Of SVCB and HTTPS records with `auto` hints, which have no pools. */
function followSources(
  zone: Zone,
  rrset: SteeredRRset,
  { parts = [] }: ClientClass,
  world: World,
  trace: Trace | undefined,
): Answer {
  const { hints = [] } = rrset;
  const sources = listHintSources(zone, hints);
  const decide = (source: SteeredRRset, own?: Trace): Decision =>
    steer(zone, source, parts[sources.indexOf(source)]!, world, own);
  const decisions = sources.map((source) => decide(source));
  const answer = steerHints(
    rrset,
    hints,
    (index) => decisions[sources.indexOf(zone.steered[index]!)]!,
  );
  if (trace !== undefined) traceHints(trace, zone, rrset, hints, answer, decide);
  return answer;
}

interface Drawn {
  readonly answer: Answer;
  /** Whose `answers` counts, if that is a pool's. */
  readonly counted: Pool | undefined;
  readonly shares: readonly Share[];
}

/** The answer that a choice leads to; undefined if it leads to none. */
function drawAnswer(
  zone: Zone,
  rrset: SteeredRRset,
  { near }: ClientClass,
  links: readonly Link[],
  choice: Choice,
): Drawn | undefined {
  if (choice.link !== undefined) {
    const { link, mode, standard, tried } = choice;
    const arrangement = arrangeShares(link, standard, rankBy(zone, near, link));
    const basis = mode === "normal" ? findBasis(links, tried) : "ttlMin";
    return draw(zone, rrset, link.pool, arrangement, mode, basis);
  }
  if (choice.mode !== "last-resort") return undefined;
  const { rdata, ttl } = choice.values;
  const values = rdata.map((data) => ({
    rdata: data,
    weight: 1,
    text: formatRdata(rrset.type, data),
  }));
  const lifetime: Lifetime =
    ttl === undefined ? { basis: "ttlMin", most: Infinity } : { basis: "ttl", most: ttl };
  const answer: Answer = {
    kind: "answer",
    values,
    policy: "rotate",
    pool: undefined,
    answers: countAnswers(rrset, rrset.answers, "rotate", values),
    rotate: values.length > 1,
    sticky: undefined,
    ttl: settleTtl(rrset, lifetime),
    lifetime,
    mode: choice.mode,
  };
  return { answer, counted: undefined, shares: [] };
}

function draw(
  zone: Zone,
  rrset: SteeredRRset,
  pool: Pool,
  arrangement: Arrangement,
  mode: Answer["mode"],
  basis: Lifetime["basis"],
): Drawn {
  const { policy, stickyPrefix } = arrangement.pool;
  const all = arrangement.shares.map(({ standing: { value }, weight }, i) => ({
    rdata: value.rdata,
    weight: i < arrangement.leaders ? weight : 0,
    text: value.text,
  }));
  const counted = [arrangement.pool, pool].find((each) => each.answers !== undefined);
  const answers = countAnswers(rrset, counted?.answers ?? rrset.answers, policy, all);
  // Those who are farther away than what the answer has room for are no part of it.
  const shown = policy === "nearest" ? Math.max(answers, arrangement.leaders) : all.length;
  const values = all.slice(0, shown);
  const isSticky = policy === "sticky" && values.length > 1;
  const shares = arrangement.shares.slice(0, shown);
  let most = Infinity;
  for (const { standing } of shares) most = Math.min(most, standing.value.ttl ?? most);
  const lifetime: Lifetime = { basis, most };
  return {
    answer: {
      kind: "answer",
      values,
      policy,
      pool: pool.name,
      answers,
      rotate: !isSticky && arrangement.leaders > 1,
      sticky: isSticky ? findSticky(zone, stickyPrefix, values) : undefined,
      ttl: settleTtl(rrset, lifetime),
      lifetime,
      mode,
    },
    counted,
    shares,
  };
}

function findSticky(
  zone: Zone,
  prefix: Pool["stickyPrefix"],
  values: readonly SteeredValue[],
): Sticky {
  return {
    prefix4: prefix.v4,
    prefix6: prefix.v6,
    seeds: values.map(({ text }) => findSeed(zone, text)),
  };
}

/** By distance from the class, those without a datacenter last; in written order where nobody knows the distance. */
function rankBy(zone: Zone, near: readonly number[] | undefined, link: Link): Ranking {
  const names =
    near === undefined
      ? link.values.map(({ value }) => value.datacenter)
      : zone.datacenters.map(({ name }) => name);
  return ({ value: { datacenter } }) => {
    const at = datacenter === undefined ? -1 : names.indexOf(datacenter);
    return at < 0 ? Number.POSITIVE_INFINITY : (near?.[at] ?? at);
  };
}

/** @param written what is written nearest to the value: the pool's number, then the record's; undefined: the default */
function countAnswers(
  { type }: SteeredRRset,
  written: number | undefined,
  policy: PoolPolicy,
  values: readonly SteeredValue[],
): number {
  if (type === TYPE_CNAME) return 1;
  const wanted = written ?? (policy === "rotate" && haveEqualWeights(values) ? DEFAULT_ANSWERS : 1);
  return Math.max(1, Math.min(wanted, values.length));
}

function findBasis(links: readonly Link[], tried: number): Lifetime["basis"] {
  for (let i = 0; i < tried; i++) {
    if (links[i]!.values.some(({ state }) => isUnsettled(state))) return "unsettled";
  }
  return "ttl";
}

function haveEqualWeights(values: readonly SteeredValue[]): boolean {
  return values.every(({ weight }) => weight === values[0]?.weight);
}
