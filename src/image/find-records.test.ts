import { expect, it } from "vitest";
import { formatRdata } from "../rdata/format-rdata.ts";
import { loadZone } from "../zone/load-zone.ts";
import { compileSegment } from "./compile-segment.ts";
import { findRecords, keyOfRecord } from "./find-records.ts";

const TEXT = `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
records:
  "": { type: NS, values: [ns1.example.net.] }
  one: { type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  two: { type: A, ttl: 90, value: 192.0.2.2 }
  other: { type: A, value: 192.0.2.4 }
  here: { type: CNAME, ttl: 30, value: CDN.example.com. }
  there: { type: CNAME, ttl: 30, value: cdn.example.net. }
  elsewhere: { type: CNAME, ttl: 30, value: cdn.example.org. }
`;

function wireName(name: string): Uint8Array {
  const labels = name.split(".").map((label) => Buffer.from(label));
  return Buffer.concat(labels.map((label) => Buffer.concat([Buffer.of(label.length), label])));
}

it("findRecords() finds data among others, and names in whatever case and compressed or not", () => {
  const { zone } = loadZone(TEXT, { file: "example.com.yaml", changedAt: 1 });
  const { segment } = compileSegment(zone!, () => ({ classes: [] }));
  const names = ["cdn.example.com.", "Cdn.example.net."].map(wireName);
  const wanted = new Map([
    [1, new Set([keyOfRecord(1, Uint8Array.of(192, 0, 2, 2))])],
    [5, new Set(names.map((name) => keyOfRecord(5, name)))],
  ]);
  const found = findRecords(segment, zone!.apex, wanted).map(({ owner, type, ttl, rdata }) =>
    `${owner} ${ttl} ${formatRdata(type, rdata)}`.toLowerCase(),
  );
  expect(found.sort()).toEqual([
    "here.example.com. 30 cdn.example.com.",
    "one.example.com. 60 192.0.2.2",
    "there.example.com. 30 cdn.example.net.",
    "two.example.com. 90 192.0.2.2",
  ]);
});
