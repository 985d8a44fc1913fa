/**
 * Which pool of a rule answers, and how good a value must be for it.
 */
import type { AllDown, Pool, SteeredRRset, Zone } from "../zone/model.ts";
import type { ClientClass } from "./classes.ts";
import type { Decision } from "./decision.ts";
import { isGoodEnough, type Standard } from "./pool-shares.ts";
import { judgePool, type PoolStanding } from "./pool-standing.ts";
import type { ClassPast, World } from "./world.ts";

/** A pool in the order of trying. */
export interface ChainEntry {
  /** Into `Zone.pools`. */
  readonly index: number;
  readonly pool: Pool;
  readonly from: "rule" | "fallback";
}

/** Where in the order of pools a standing comes from, and whether it may be taken again. */
export interface Link extends PoolStanding {
  readonly from: "rule" | "fallback";
  readonly heldBack: "delay" | "manual" | undefined;
  /** Whether its values are what the clients get anyway: it is not held back from them. */
  readonly isCurrent: boolean;
}

/** What was chosen, and how far the search went. */
export type Choice =
  | {
      readonly link: Link;
      readonly mode: "normal" | "all-down-open" | "all-down-last";
      readonly standard: Standard;
      readonly tried: number;
    }
  | {
      readonly link: undefined;
      readonly mode: "last-resort";
      readonly values: Extract<AllDown, { kind: "values" }>;
      /** Whose they are; undefined: the record's. */
      readonly whose: Pool | undefined;
      readonly tried: number;
    }
  | {
      readonly link: undefined;
      readonly mode: Exclude<Decision, { kind: "answer" }>["mode"];
      readonly tried: number;
    };

const SERVING: Standard = { states: "serving", only: undefined };
const HELD: Standard = { states: "held", only: undefined };
const ENABLED: Standard = { states: "enabled", only: undefined };

/**
 * The pools that the clients of a class try, in this order, as they stand.
 *
 * @param current name of the pool that the clients are answered from so far
 */
export function findLinks(
  zone: Zone,
  clientClass: Pick<ClientClass, "pools" | "last">,
  type: number,
  world: World,
  current?: string,
): Link[] {
  return findChainOnce(zone, clientClass).map(({ pool, from }) => {
    const { members, values, enabled, needed, serving, held } = judgeOnce(zone, pool, type, world);
    const heldBack = world.memory.heldBack(zone, pool, type);
    const isCurrent = pool.name === current;
    // Written out: a spread takes ten times as long, and a pool may be in the rules of ten thousand names.
    return { pool, members, values, enabled, needed, serving, held, from, heldBack, isCurrent };
  });
}

/** Hundreds of classes try the same pools in the same world, which never changes. */
function judgeOnce(zone: Zone, pool: Pool, type: number, world: World): PoolStanding {
  let byType = judged.get(world);
  if (byType === undefined) {
    byType = new Map();
    judged.set(world, byType);
  }
  let byPool = byType.get(type);
  if (byPool === undefined) {
    byPool = new Map();
    byType.set(type, byPool);
  }
  let standing = byPool.get(pool);
  if (standing === undefined) {
    standing = judgePool(zone, pool, type, world);
    byPool.set(pool, standing);
  }
  return standing;
}

const judged = new WeakMap<World, Map<number, Map<Pool, PoolStanding>>>();

/** The pools of a zone may get other values while it is served: then it is another zone, and nothing holds on to this one. */
function findChainOnce(
  zone: Zone,
  clientClass: Pick<ClientClass, "pools" | "last">,
): readonly ChainEntry[] {
  let ofZone = chains.get(zone);
  if (ofZone === undefined) {
    ofZone = new WeakMap();
    chains.set(zone, ofZone);
  }
  let chain = ofZone.get(clientClass);
  if (chain === undefined) {
    chain = findChain(zone, clientClass.pools, clientClass.last);
    ofZone.set(clientClass, chain);
  }
  return chain;
}

const chains = new WeakMap<
  Zone,
  WeakMap<Pick<ClientClass, "pools" | "last">, readonly ChainEntry[]>
>();

/**
 * The pool that answers, or what is answered without one.
 *
 * @param healthy of the last answer of values in service
 */
export function choosePool(
  rrset: SteeredRRset,
  links: readonly Link[],
  healthy: ClassPast["healthy"],
): Choice {
  const tried = links.length;
  if (links.every((link) => link.values.length === 0)) {
    const isKnown = links.every(({ pool }) => !pool.unresolved?.includes(rrset.type));
    return { link: undefined, mode: isKnown ? "nodata" : "unresolved", tried };
  }
  const ready = links.filter((link) => link.serving >= link.needed);
  const best = ready.find((link) => link.heldBack === undefined || link.isCurrent) ?? ready[0];
  if (best !== undefined) {
    return { link: best, mode: "normal", standard: SERVING, tried: links.indexOf(best) + 1 };
  }
  const lifted = links.find((link) => link.held > 0 && link.serving + link.held >= link.needed);
  if (lifted !== undefined) return { link: lifted, mode: "normal", standard: HELD, tried };

  const { allDown, whose } = findAllDown(rrset, links);
  if (allDown.kind === "values") {
    return { link: undefined, mode: "last-resort", values: allDown, whose, tried };
  }
  if (allDown.kind === "servfail") return { link: undefined, mode: "all-down-servfail", tried };
  const first = links.find((link) => link.enabled > 0);
  if (first === undefined) return { link: undefined, mode: "nodata", tried };
  if (allDown.kind === "closed") return { link: undefined, mode: "all-down-closed", tried };
  if (allDown.kind === "last" && healthy !== undefined) {
    const link = links.find(({ pool }) => pool.name === healthy.pool);
    const standard: Standard = { states: "enabled", only: new Set(healthy.values) };
    // What was healthy may have been drained, or be gone from the file.
    if (link?.members.some((member) => isGoodEnough(member, standard))) {
      return { link, mode: "all-down-last", standard, tried };
    }
  }
  return { link: first, mode: "all-down-open", standard: ENABLED, tried };
}

/** What is to be answered while all are down, and which pool says so: the first of the rule, else the record. */
function findAllDown(
  rrset: SteeredRRset,
  links: readonly Link[],
): { readonly allDown: AllDown; readonly whose: Pool | undefined } {
  const first = links[0]?.pool;
  const ofPool = pickFamily(rrset.type, first?.allDown);
  const ofRecord = pickFamily(rrset.type, rrset.allDown) ?? { kind: "open" };
  // Values of its own are written so that a name never stands there empty.
  const hasEnabled = links.some(({ enabled }) => enabled > 0);
  const isRescued = !hasEnabled && ofPool?.kind !== "values" && ofRecord.kind === "values";
  if (ofPool === undefined || isRescued) return { allDown: ofRecord, whose: undefined };
  return { allDown: ofPool, whose: first };
}

/** A pool of addresses may name some of both families; values of the other alone are as good as none. */
function pickFamily(type: number, allDown: AllDown | undefined): AllDown | undefined {
  const octets = ADDRESS_OCTETS[type];
  if (allDown?.kind !== "values" || octets === undefined) return allDown;
  const rdata = allDown.rdata.filter(({ length }) => length === octets);
  return rdata.length === 0 ? undefined : { ...allDown, rdata };
}

const ADDRESS_OCTETS: Readonly<Record<number, number>> = { 1: 4, 28: 16 };

/**
 * The rule's pools, then the fallbacks of the one that is written last; each pool once.
 *
 * @param pools in the order of trying
 */
export function findChain(
  zone: Zone,
  pools: readonly number[],
  last: number | undefined = pools.at(-1),
): ChainEntry[] {
  const order = new Map<number, "rule" | "fallback">();
  for (const index of pools) if (!order.has(index)) order.set(index, "rule");
  let next = zone.pools[last ?? -1]?.fallback;
  const followed = new Set<number>();
  while (next !== undefined && !followed.has(next)) {
    followed.add(next);
    if (!order.has(next)) order.set(next, "fallback");
    next = zone.pools[next]?.fallback;
  }
  return [...order].flatMap(([index, from]) => {
    const pool = zone.pools[index];
    return pool === undefined ? [] : [{ index, pool, from }];
  });
}
