import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listRRsets } from "../../src/image/list-rrsets.ts";
import { prepareZone } from "../../src/loader/prepare-zone.ts";
import { formatName } from "../../src/wire/name.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import type { RRset } from "../../src/zone/model.ts";
import { geoTable } from "../support/geo.ts";

const SAMPLES = ["zones/static.yaml", "zones/demo.yaml", "test/support/sample-zone.yaml"];

/** Comparable, whatever the order and the case of names in rdata. */
function describeAll(rrsets: readonly RRset[]): string[] {
  return rrsets
    .map(({ owner, type, ttl, rdata, answers }) => {
      const data = rdata.map((octets) => Buffer.from(octets).toString("latin1").toLowerCase());
      return JSON.stringify([formatName(owner), type, ttl, data, answers ?? rdata.length]);
    })
    .sort();
}

describe("listRRsets()", () => {
  it.each(SAMPLES)("gives back what was compiled of %s", (file) => {
    const path = new URL(`../../${file}`, import.meta.url);
    const { zone } = loadZone(readFileSync(path, "utf8"), { file, changedAt: 1 });
    expect(zone!.rrsets.length).toBeGreaterThan(3);
    // The SOA and every other static RRset, compressed names and records of one length alike.
    const listed = listRRsets(prepareZone(zone!, geoTable({}), 0).compiled.segment, zone!.apex);
    expect(describeAll(listed)).toEqual(describeAll(zone!.rrsets));
  });
});
