import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Name } from "../zone/model.ts";

/** A steered name and where its answers are counted. */
export interface CountedName {
  readonly owner: Name;
  /** Number of the first of its rotation counters; `RRsetSource.rotation` is relative to it. */
  readonly firstCounter: number;
}

/**
 * By plan of the zone.
 *
 * @param counters the rotation counters of the zone, by request key
 */
export function listCountedNames(
  { compiled }: PreparedZone,
  counters: ReadonlyMap<string, { readonly start: number }>,
): CountedName[][] {
  const names: CountedName[][] = compiled.plans.map(() => []);
  for (const { steered, key } of compiled.rotations) {
    const { owner } = steered.rrset;
    names[steered.plan]!.push({ owner, firstCounter: counters.get(key)!.start });
  }
  return names;
}
