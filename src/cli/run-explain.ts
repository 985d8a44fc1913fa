import { readFileSync } from "node:fs";
import { hasErrors, renderIssues } from "../config/issue.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { loadZone } from "../zone/load-zone.ts";
import type { RRset, Zone } from "../zone/model.ts";
import { suppose } from "./assume.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExplainOptions } from "./explain.ts";
import { explainName } from "./explain-name.ts";
import { type Readers, readWorld } from "./read-world.ts";
import { renderExplanation, renderExplanationJson } from "./render-explanation.ts";

/** Works the answer out from files and prints it; see the help text of `explain`. */
export async function runExplain(
  options: ExplainOptions,
  output: Output,
  readers?: Readers,
): Promise<number> {
  const { zones, geo, issues } = await readWorld({ ...options, files: [] }, readers);
  output.err(renderIssues(issues.filter(({ severity }) => severity === "error")));
  // One bad zone is no reason to keep silent about another; none at all is.
  if (geo === undefined || (zones.length === 0 && hasErrors(issues))) return EXIT.failed;

  const supposed = suppose(
    zones.map(({ prepared }) => prepared.zone),
    options.assumptions,
  );
  const [unmatched] = supposed.unmatched;
  if (unmatched !== undefined) {
    output.err(`rondo explain: --assume ${unmatched.text} matches no value of any zone\n`);
    return EXIT.usage;
  }
  const explanation = explainName(
    {
      name: options.name,
      type: options.type,
      client: options.client,
      resolver: options.resolver ?? options.client.address,
    },
    {
      zones: supposed.zones.map((zone, i) => addRecords(zone, zones[i]!)),
      health: supposed.health,
      overrides: NO_OVERRIDES,
      memory: NO_MEMORY,
      geo,
    },
  );
  output.out(options.json ? renderExplanationJson(explanation) : renderExplanation(explanation));
  if (explanation.status === "NOERROR") return EXIT.ok;
  // A name of no zone may be one of a zone that could not be read.
  return explanation.status === "REFUSED" && hasErrors(issues) ? EXIT.failed : EXIT.noSuchName;
}

/** The loader keeps static records compiled only; those of the few zones that are looked into are read again. */
function addRecords(zone: Zone, { file, prepared }: LoadedZone): Zone {
  let records: readonly RRset[] | undefined;
  return {
    ...zone,
    get rrsets() {
      records ??= readRecords(file, prepared.zone.serial);
      return records;
    },
  };
}

function readRecords(file: string, serial: number): readonly RRset[] {
  const text = readFileSync(file, "utf8");
  const { zone } = loadZone(text, { file, changedAt: serial, previousSerial: undefined });
  if (zone === undefined) throw new Error(`${file} changed while it was being read`);
  return zone.rrsets;
}
