import { createFileIssue, type Issue } from "../config/issue.ts";
import { openSegment } from "../image/segment.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { formatName, labelOffsets } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import type { Name } from "../zone/model.ts";

/**
 * Warns of records that nobody can get: those at and below the apex of another zone of this server, which answers for them,
 * where the zone above does not delegate it.
 */
export function checkHiddenRecords(zones: readonly LoadedZone[]): Issue[] {
  const byApex = new Map(zones.map((zone) => [keyOf(zone.prepared.zone.apex), zone]));
  return zones.flatMap((child) => {
    const { apex } = child.prepared.zone;
    const above = findAbove(apex, byApex);
    if (above === undefined || !hides(above, apex)) return [];
    const name = formatName(apex);
    return [
      createFileIssue(
        above.file,
        "warning",
        `what the zone ${above.name} has at and below ${name} is never answered: ${child.file} is a zone of its own for that; move the records there, and leave the NS records of ${name} here`,
      ),
    ];
  });
}

/** The zone with the longest apex above that of another; none is above the root. */
function findAbove(apex: Name, byApex: ReadonlyMap<string, LoadedZone>): LoadedZone | undefined {
  if (apex.length === 1) return undefined;
  const ancestors = [...labelOffsets(apex).slice(1), apex.length - 1];
  for (const at of ancestors) {
    const zone = byApex.get(keyOf(apex.subarray(at)));
    if (zone !== undefined) return zone;
  }
  return undefined;
}

/** Whether the zone above has something there, other than a delegation with its glue. */
function hides({ prepared }: LoadedZone, apex: Name): boolean {
  // What a secondary has is its primary's business.
  if (prepared.zone.secondary !== undefined) return false;
  const segment = openSegment(prepared.compiled.segment);
  const key = new NameKey();
  key.read(apex, 0, apex.length);
  const node = segment.findNode(key, 0);
  return node !== 0 && segment.cutOf(node) === 0;
}

function keyOf(name: Name): string {
  return Buffer.from(name).toString("latin1");
}
