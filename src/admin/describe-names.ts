import type { SteeringInForce } from "../control/control-plane.ts";
import type { NameShares } from "../control/shares.ts";
import { listTried } from "../steering/pool-content.ts";
import { steer } from "../steering/steer.ts";
import { createTrace } from "../steering/trace.ts";
import type { World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";
import type { NameReport, TroubleReport } from "./api.ts";

/**
 * The names that share their settings.
 *
 * @param shares of the zone's names, by name and type
 */
export function describeNames(
  one: SteeringInForce,
  shares: ReadonlyMap<string, NameShares>,
  world: World,
): NameReport[] {
  const { plan, names, modes } = one;
  const { type } = plan.rrset;
  const troubles = findTroubles(one, world);
  return names.map(({ owner }) => {
    const name = formatName(owner);
    const share = shares.get(`${name} ${type}`);
    return {
      name,
      type: formatType(type),
      modes: isFollowed(one.zone, plan.rrset) ? ["normal"] : [...new Set(modes)],
      troubles,
      answers: share?.answers ?? 0,
      shares: (share?.values ?? []).map((value) => ({
        pool: value.pool === "" ? null : value.pool,
        value: value.value,
        answers: value.answers,
        share: value.share,
        configured: value.configuredShare,
      })),
    };
  });
}

/** Whether all that is answered of an ALIAS record is what its target answers here. */
function isFollowed({ pools }: Zone, { alias, rules }: SteeredRRset): boolean {
  return alias !== undefined && pools[rules[0]!.pools[0]!]?.isFollowed === true;
}

/** What is not as it should be, for whom and why, in the words of the decision itself. */
function findTroubles({ zone, plan, modes }: SteeringInForce, world: World): TroubleReport[] {
  const { rrset } = plan;
  const { classes } = plan.classes;
  const found = new Map<string, { mode: TroubleReport["mode"]; reason: string; by: number[] }>();
  classes.forEach((one, i) => {
    const mode = modes[i];
    if (mode === undefined || mode === "normal") return;
    // Without a value of the type there is nothing to be answered, by the file alone.
    const isEmpty = listTried(zone, one.pools, rrset.type).length === 0;
    if (isEmpty && (mode !== "unresolved" || isFollowed(zone, rrset))) return;
    const trace = createTrace();
    steer(zone, rrset, one, world, trace);
    const step = trace.steps.find(({ topic }) => topic === "all-down" || topic === "nodata");
    const reason = step?.text ?? "";
    const key = `${mode} ${reason}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { mode, reason, by: [i] });
    else known.by.push(i);
  });
  return [...found.values()].map(({ mode, reason, by }) => {
    const rules = by.flatMap((i) => classes[i]!.rules.map((rule) => rule + 1));
    return {
      mode,
      reason,
      rules: by.length === classes.length ? [] : [...new Set(rules)].sort((a, b) => a - b),
    };
  });
}
