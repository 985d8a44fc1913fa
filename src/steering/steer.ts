/**
 * The steering decision: what the clients of one class get, given the state of the world. Pure: the image compiler calls it
 * once per class after every change, `explain` calls it with a trace, and both get the same. docs/steering.md has the
 * rules in words.
 */
import { formatAddress } from "../address/parse.ts";
import type { Pool, PoolPolicy, PoolValue, SteeredRRset, Zone } from "../zone/model.ts";
import type { ClientClass } from "./classes.ts";
import { choosePool, findLinks, type Link, type Mode } from "./pool-choice.ts";
import { isUnsettled } from "./pool-standing.ts";
import type { Trace } from "./trace.ts";
import { traceAnswer, traceChoice } from "./trace-steer.ts";
import type { World } from "./world.ts";

/** A value of an answer. */
export interface SteeredValue {
  readonly rdata: Uint8Array;
  /** Share in leading the answer, relative to the others; at least 1. */
  readonly weight: number;
  /** Presentation form. */
  readonly text: string;
}

/** What the clients of a class get. */
export type Decision =
  | {
      readonly kind: "answer";
      /** In written order, never empty. */
      readonly values: readonly SteeredValue[];
      readonly policy: PoolPolicy;
      /** Records per answer: 1 to the number of values. */
      readonly answers: number;
      /** Whether the lead goes round; otherwise the first value always leads. */
      readonly rotate: boolean;
      /** Seconds, at least 1, never above the record's own. */
      readonly ttl: number;
      readonly mode: Mode;
    }
  | { readonly kind: "nodata" };

/** Addresses per answer where nobody has written a number: as many A records as fit 512 octets with room to spare. */
const DEFAULT_ANSWERS = 8;
/** Seconds below which the TTL of an unsettled answer is not cut. */
const MIN_CUT_TTL = 5;
const TYPE_A = 1;
const TYPE_CNAME = 5;
const TYPE_AAAA = 28;

/**
 * Decides what the clients of a class get.
 *
 * @param trace filled with every pool, value and reason if given; changes nothing
 */
export function steer(
  zone: Zone,
  rrset: SteeredRRset,
  clientClass: ClientClass,
  world: World,
  trace?: Trace,
): Decision {
  const links = findLinks(zone, clientClass.pools, rrset.type, world);
  const choice = choosePool(rrset, links);
  if (trace !== undefined) traceChoice(trace, rrset, links, choice);
  if (choice === undefined) return { kind: "nodata" };

  const { link, mode } = choice;
  const values = link === undefined ? listLastResort(rrset) : listValues(choice.kept);
  const policy = link?.pool.policy ?? "rotate";
  const answers = countAnswers(rrset, link?.pool, policy, values);
  const ttl = decideTtl(rrset, mode, links.slice(0, choice.tried));
  const rotate = policy === "rotate" && values.length > 1;
  const decision: Decision = { kind: "answer", values, policy, answers, rotate, ttl, mode };
  if (trace !== undefined) traceAnswer(trace, rrset, choice, decision);
  return decision;
}

/** The values to answer with; if all have weight 0, the lead is shared equally. */
function listValues(kept: readonly PoolValue[]): SteeredValue[] {
  return kept.map(({ rdata, weight, text }) => ({ rdata, weight: Math.max(1, weight), text }));
}

function listLastResort(rrset: SteeredRRset): SteeredValue[] {
  if (rrset.allDown.kind !== "values") return [];
  return rrset.allDown.rdata.map((rdata) => ({
    rdata,
    weight: 1,
    text: formatRdata(rrset.type, rdata),
  }));
}

/** What is written nearest to the value wins: the pool's number, then the record's, then the default. */
function countAnswers(
  rrset: SteeredRRset,
  pool: Pool | undefined,
  policy: PoolPolicy,
  values: readonly SteeredValue[],
): number {
  if (rrset.type === TYPE_CNAME) return 1;
  const written = pool?.answers ?? rrset.answers;
  const wanted = written ?? (policy === "rotate" && haveEqualWeights(values) ? DEFAULT_ANSWERS : 1);
  return Math.max(1, Math.min(wanted, values.length));
}

function decideTtl(rrset: SteeredRRset, mode: Mode, tried: readonly Link[]): number {
  const { ttl } = rrset;
  if (mode !== "normal") return Math.max(1, Math.min(rrset.ttlMin, ttl));
  const unsettled = tried.some((link) => link.values.some(({ state }) => isUnsettled(state)));
  if (!unsettled) return Math.max(1, ttl);
  return Math.max(1, Math.min(ttl, Math.max(MIN_CUT_TTL, Math.floor(ttl / 2))));
}

function haveEqualWeights(values: readonly SteeredValue[]): boolean {
  return values.every(({ weight }) => weight === values[0]?.weight);
}

/** Presentation form; RFC 3597 §5 for what is no address. */
function formatRdata(type: number, rdata: Uint8Array): string {
  if (type === TYPE_A) return formatAddress({ family: 4, octets: rdata });
  if (type === TYPE_AAAA) return formatAddress({ family: 6, octets: rdata });
  return `\\# ${rdata.length} ${Buffer.from(rdata).toString("hex").toUpperCase()}`;
}
