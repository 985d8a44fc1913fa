import { renderIssues } from "../config/issue.ts";
import { formatSocketAddress } from "../config/socket-address.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { formatCount } from "../steering/format-count.ts";
import type { CheckOptions } from "./check.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { findFileProblem } from "./find-file-problem.ts";
import { type Readers, readWorld } from "./read-world.ts";

/** Reads everything and reports; see the help text of `check`. */
export async function runCheck(
  options: CheckOptions,
  output: Output,
  readers?: Readers,
): Promise<number> {
  const { zones, issues } = await readWorld({ ...options, findProblem: findFileProblem }, readers);
  output.err(renderIssues(issues));
  output.out(zones.map(describeZone).join(""));
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  const records = zones.reduce((sum, zone) => sum + zone.prepared.compiled.records, 0);
  output.out(
    `${formatCount(zones.length, "zone")}, ${formatCount(records, "record")}: ${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}\n`,
  );
  return errors > 0 || (options.strict && warnings > 0) ? EXIT.failed : EXIT.ok;
}

function describeZone({ name, file, prepared }: LoadedZone): string {
  const { zone, compiled } = prepared;
  if (zone.secondary !== undefined) {
    const primaries = zone.secondary.primaries.map(formatSocketAddress).join(", ");
    return `${name} is a secondary zone of ${primaries} (${file})\n`;
  }
  const pools = zone.pools.length === 0 ? "" : `, ${formatCount(zone.pools.length, "pool")}`;
  const records = formatCount(compiled.records, "record");
  return `${name} serial ${zone.serial}, ${records}${pools} (${file})\n`;
}
