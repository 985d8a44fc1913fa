import type { Plan } from "../image/compile-segment.ts";
import { findChain } from "../steering/pool-choice.ts";
import type { Zone } from "../zone/model.ts";

/** Keys of the targets whose state can change what a plan answers. */
export function targetsOfPlan(zone: Zone, plan: Plan): Set<string> {
  const targets = new Set<string>();
  for (const { pools } of plan.classes.classes) {
    for (const { pool } of findChain(zone, pools)) {
      for (const value of pool.values) {
        if (value.type === plan.rrset.type) for (const { key } of value.targets) targets.add(key);
      }
    }
  }
  return targets;
}
