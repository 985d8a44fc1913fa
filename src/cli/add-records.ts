import { listRRsets } from "../image/list-rrsets.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { RRset, Zone } from "../zone/model.ts";

/** The loader keeps static records compiled only; those of the few zones that are looked into are read back. */
export function addRecords(zone: Zone, { compiled }: PreparedZone): Zone {
  let records: readonly RRset[] | undefined;
  return {
    ...zone,
    get rrsets() {
      records ??= listRRsets(compiled.segment, zone.apex);
      return records;
    },
  };
}
