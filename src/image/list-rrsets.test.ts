import { expect, it } from "vitest";
import { loadZone } from "../zone/load-zone.ts";
import { compileSegment } from "./compile-segment.ts";
import { listRRsets } from "./list-rrsets.ts";

const TEXT = `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com., serial: 7 }
records:
  "":
    - { type: NS, values: [ns1.example.com., ns.example.net.] }
    - { type: MX, values: [{ preference: 10, exchange: mail.example.com. }, { preference: 20, exchange: . }] }
    - { type: TXT, values: [one, two words] }
  ns1: { type: [A, AAAA], ttl: 70000, values: [192.0.2.1, 192.0.2.2, "2001:db8::1"], answers: 1 }
  "*.wild": { type: CNAME, value: example.com. }
`;

it("listRRsets() gives back what was compiled", () => {
  const { zone, issues } = loadZone(TEXT, { file: "z.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues, undefined, 1));
  const { segment } = compileSegment(zone, () => ({ classes: [] }));
  const plain = (list: typeof zone.rrsets): unknown[] =>
    list
      .map(({ owner, type, ttl, rdata, answers }) => ({
        owner: Buffer.from(owner).toString("latin1"),
        type,
        ttl,
        rdata: rdata.map((octets) => Buffer.from(octets).toString("hex")),
        answers: answers !== undefined && answers < rdata.length ? answers : undefined,
      }))
      .sort((a, b) => (a.owner + a.type < b.owner + b.type ? -1 : 1));
  expect(zone.rrsets.length).toBeGreaterThanOrEqual(6);
  expect(plain(listRRsets(segment, zone.apex))).toEqual(plain(zone.rrsets));
});
