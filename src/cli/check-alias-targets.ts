import { createFileIssue, type Issue } from "../config/issue.ts";
import { findOutsideTargets } from "../control/find-outside-targets.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { equalNames, formatName } from "../wire/name.ts";

/** Warns of ALIAS records that lead out of all zones, where there is no resolver that could be asked for their targets. */
export function checkAliasTargets(zones: readonly LoadedZone[]): Issue[] {
  const outside = findOutsideTargets(zones.map(({ prepared }) => prepared));
  return zones.flatMap(({ file, prepared }) => {
    const targets = outside.filter((target) =>
      prepared.zone.steered.some(({ alias }) => alias && equalNames(alias.target, target)),
    );
    return targets.map((target) =>
      createFileIssue(
        file,
        "warning",
        `the ALIAS target ${formatName(target)} is in no zone here, and the server file names no resolver that could be asked for it; write resolver: [ADDR:PORT] there`,
      ),
    );
  });
}
