import { steer } from "../steering/steer.ts";
import { NO_MEMORY, NO_OVERRIDES, type World } from "../steering/world.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";

/** What a name server without steering can serve of a steered name. */
export interface PlainRRset {
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Wire rdata, at least one. */
  readonly rdata: readonly Uint8Array[];
}

/** Nothing is known to be down and no operator has said anything: so the zone's content is that of its file. */
export function createQuietWorld(): World {
  return { health: { targets: new Map() }, overrides: NO_OVERRIDES, memory: NO_MEMORY };
}

/**
 * Flattens a steered RRset: what the clients of the last rule, which matches everybody, may get in turn, with the
 * record's own TTL. It does not depend on where anybody is.
 *
 * @param world from `createQuietWorld()`
 * @returns undefined if even then there is nothing to answer
 */
export function flattenSteered(
  zone: Zone,
  rrset: SteeredRRset,
  world: World,
): PlainRRset | undefined {
  const { rules, type, ttl } = rrset;
  const everybody = rules.length - 1;
  const { pools } = rules[everybody]!;
  const decision = steer(zone, rrset, { pools, rules: [everybody], near: undefined }, world);
  if (decision.kind !== "answer") return undefined;
  const { values, answers } = decision;
  if (type === TYPE_CNAME) {
    // There can be one only: that of the greatest share.
    const first = values.reduce((best, value) => (value.weight > best.weight ? value : best));
    return { type, ttl, rdata: [first.rdata] };
  }
  // Those that lead in turn, and as many of the others as one answer has.
  const leaders = values.filter(({ weight }) => weight > 0).length;
  const shown = values.slice(0, Math.max(1, leaders, answers));
  return { type, ttl, rdata: shown.map(({ rdata }) => rdata) };
}
