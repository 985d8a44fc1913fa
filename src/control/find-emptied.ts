import { findChain } from "../steering/pool-choice.ts";
import { judgePool } from "../steering/pool-standing.ts";
import { NO_MEMORY, type Overrides } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";

/**
 * Finds the names that some clients would get nothing for, because operators have taken out every value that any pool
 * of a rule has, and the record has no values of its own. Those that are empty already do not count.
 *
 * @returns one line each
 */
export function findEmptied(
  zones: readonly Zone[],
  before: Overrides,
  after: Overrides,
): readonly string[] {
  return zones.flatMap((zone) =>
    zone.steered.flatMap((rrset) => {
      if (rrset.allDown.kind === "values") return [];
      const rule = rrset.rules.findIndex(
        ({ pools }) =>
          hasEnabled(zone, rrset, pools, before) && !hasEnabled(zone, rrset, pools, after),
      );
      if (rule < 0) return [];
      const which = rrset.rules.length === 1 ? "" : ` for the clients of rule ${rule + 1}`;
      const name = `${rrset.label} ${formatType(rrset.type)} in ${formatName(zone.apex)}`;
      return [`${name} would have no value left${which}`];
    }),
  );
}

/** Whether a value of the rule's pools may be answered at all; what the checks say does not matter. */
function hasEnabled(
  zone: Zone,
  rrset: SteeredRRset,
  pools: readonly number[],
  overrides: Overrides,
): boolean {
  const world = { health: { targets: new Map() }, overrides, memory: NO_MEMORY };
  return findChain(zone, pools).some(
    ({ pool }) => judgePool(zone, pool, rrset.type, world).enabled > 0,
  );
}
