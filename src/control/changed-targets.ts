import type { HealthSnapshot, TargetState } from "../health/snapshot.ts";

/** Targets whose state matters differently to an answer. */
export function changedTargets(before: HealthSnapshot, after: HealthSnapshot): Set<string> {
  const changed = new Set<string>();
  for (const [key, state] of after.targets) {
    const was = before.targets.get(key);
    if (was === undefined || digest(was) !== digest(state)) changed.add(key);
  }
  for (const key of before.targets.keys()) if (!after.targets.has(key)) changed.add(key);
  return changed;
}

function digest({ verdict, suspect, held, blind }: TargetState): string {
  return `${verdict} ${suspect} ${held} ${blind}`;
}
