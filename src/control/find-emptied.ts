import { keyOfPlan } from "../image/compile-segment.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { ClientClass } from "../steering/classes.ts";
import { steer } from "../steering/steer.ts";
import { NO_MEMORY, type Overrides, type World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { SteeredRRset } from "../zone/model.ts";

/** Without and with what an operator wishes. */
type WorldPair = readonly [before: World, after: World];

/**
 * Finds the names that some clients would get nothing for because of what operators say: neither if all checks were
 * well, nor, if they get something now, as the checks are. Those that get nothing already do not count.
 *
 * @param world as it is; its overrides do not matter
 * @returns one line each
 */
export function findEmptied(
  zones: readonly PreparedZone[],
  world: World,
  before: Overrides,
  after: Overrides,
): readonly string[] {
  const well = { health: { targets: new Map() }, memory: NO_MEMORY };
  const pair = (one: Omit<World, "overrides">): WorldPair => [
    { ...one, overrides: before },
    { ...one, overrides: after },
  ];
  const [ifWell, asItIs] = [pair(well), pair(world)];
  return zones.flatMap(({ zone, compiled: { plans } }) => {
    const isEmptied = (rrset: SteeredRRset, one: ClientClass, [from, to]: WorldPair): boolean => {
      const answers = (under: World): boolean => steer(zone, rrset, one, under).kind === "answer";
      return answers(from) && !answers(to);
    };
    const found = plans.flatMap(({ key, rrset, classes: { classes } }) => {
      const whenWell = classes.filter((one) => isEmptied(rrset, one, ifWell));
      const now = classes.filter((one) => !whenWell.includes(one) && isEmptied(rrset, one, asItIs));
      const parts = [
        [whenWell, "would have no value left"],
        [now, "would have no answer as the checks are now"],
      ] as const;
      return parts
        .filter(([emptied]) => emptied.length > 0)
        .map(([emptied, what]) => ({
          key,
          what: `${what}${describeClients(emptied, classes.length)}`,
        }));
    });
    if (found.length === 0) return [];
    return zone.steered.flatMap((rrset) => {
      const key = keyOfPlan(rrset);
      const name = `${rrset.label} ${formatType(rrset.type)} in ${formatName(zone.apex)}`;
      return found.filter((one) => one.key === key).map(({ what }) => `${name} ${what}`);
    });
  });
}

function describeClients(emptied: readonly ClientClass[], classes: number): string {
  if (emptied.length === classes) return "";
  const rules = [...new Set(emptied.flatMap((one) => one.rules))].sort((a, b) => a - b);
  const numbers = rules.map((rule) => rule + 1).join(", ");
  return ` for the clients of rule${rules.length === 1 ? "" : "s"} ${numbers}`;
}
