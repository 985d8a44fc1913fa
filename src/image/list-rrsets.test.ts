import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadZone } from "../zone/load-zone.ts";
import type { RRset } from "../zone/model.ts";
import { compileSegment } from "./compile-segment.ts";
import { listRRsets } from "./list-rrsets.ts";

const TEXT = `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com., serial: 7 }
records:
  "":
    - { type: NS, values: [ns1.example.com., NS.Example.NET.] }
    - { type: MX, values: [{ preference: 10, exchange: mail.example.com. }, { preference: 20, exchange: . }] }
    - { type: TXT, values: [one, two words] }
  ns1: { type: [A, AAAA], ttl: 70000, values: [192.0.2.1, 192.0.2.2, "2001:db8::1"], answers: 1 }
  "*.wild": { type: CNAME, value: example.com. }
`;

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Comparable, whatever the order of RRsets; names in rdata may come back in the case of an equal one before them. */
function describeAll(rrsets: readonly RRset[]): string[] {
  const rdataOf = (rdata: Uint8Array): string =>
    Buffer.from(rdata).toString("latin1").toLowerCase();
  return rrsets
    .map(({ owner, type, ttl, rdata, answers }) =>
      JSON.stringify([rdataOf(owner), type, ttl, rdata.map(rdataOf), answers ?? rdata.length]),
    )
    .sort();
}

it.each([
  ["a zone of many types", TEXT],
  ["zones/static.yaml", read("zones/static.yaml")],
  ["zones/demo.yaml", read("zones/demo.yaml")],
  ["test/support/sample-zone.yaml", read("test/support/sample-zone.yaml")],
])("listRRsets() gives back what was compiled of %s", (_, text) => {
  const { zone, issues } = loadZone(text, { file: "z.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues, undefined, 1));
  expect(zone.rrsets.length).toBeGreaterThan(3);
  const { segment } = compileSegment(zone, () => ({ classes: [] }));
  expect(describeAll(listRRsets(segment, zone.apex))).toEqual(describeAll(zone.rrsets));
});
