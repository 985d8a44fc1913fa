import { describe, expect, it } from "vitest";
import { listZoneIssues, renderZoneIssues } from "../../test/support/zone-issues.ts";
import { formatName } from "../wire/name.ts";
import { loadZone } from "./load-zone.ts";

describe("a bad file", () => {
  it("gets all its errors in one go, each with its place, and a suggestion where a word is near", () => {
    const text = `zone: example.com
ttl: 010
soa: { mname: ns1, serail: 3 }
datacenters:
  fra: { geo: EU-UK, coords: [91, 8] }
healthchecks:
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
pools:
  eu:
    fallback: us
    healthchek: web
    values:
      - { value: 192.0.2.300, wieght: 3 }
      - { value: 192.0.2.1, dc: far, status: donw }
  eu: { values: [] }
records:
  "": { type: NS, values: [ns1, a.example.net.] }
  www: { type: [A, AAAA], dynamic: { rules: [{ geos: [EU], pool: ue }, { pool: eu }] } }
  mx: { type: MXX, value: 10 mail.example.com. }
`;
    expect(renderZoneIssues(text)).toBe(
      `z.yaml:2:6: error: ttl must be whole seconds from 0 to 2147483647, or like 30s, 5m, 1h, 1d: found the number 010
ttl: 010
     ^^^
z.yaml:3:15: error: mname must be absolute, with a dot at the end: found "ns1"; write "ns1.example.com." or "ns1."
soa: { mname: ns1, serail: 3 }
              ^^^
z.yaml:3:20: error: unknown key "serail" in the SOA settings; did you mean "serial"?
soa: { mname: ns1, serail: 3 }
                   ^^^^^^
z.yaml:5:15: error: "EU-UK" is no geo code: "UK" is no country of EU (ISO 3166-1); did you mean "EU-GB"?
  fra: { geo: EU-UK, coords: [91, 8] }
              ^^^^^
z.yaml:5:31: error: the latitude of coords must be a number from -90 to 90: found the number 91
  fra: { geo: EU-UK, coords: [91, 8] }
                              ^^
z.yaml:7:33: error: host must be a host name, without a scheme: found "https://x"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                ^^^^^^^^^^^
z.yaml:7:52: error: path must begin with "/": found "x"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                                   ^
z.yaml:7:65: error: interval must be a time from 100ms to 1d, as seconds or like 500ms, 30s, 5m, 1h, 1d: found "5 minutes"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                                                ^^^^^^^^^
z.yaml:10:15: error: no pool is named "us"; there are: eu
    fallback: us
              ^^
z.yaml:11:5: error: unknown key "healthchek" in a pool; did you mean "healthcheck"?
    healthchek: web
    ^^^^^^^^^^
z.yaml:13:18: error: 192.0.2.300 is not an IP address: 300 is above 255
      - { value: 192.0.2.300, wieght: 3 }
                 ^^^^^^^^^^^
z.yaml:13:31: error: unknown key "wieght" in a value of a pool; did you mean "weight"?
      - { value: 192.0.2.300, wieght: 3 }
                              ^^^^^^
z.yaml:14:33: error: no datacenter is named "far"; did you mean "fra"?
      - { value: 192.0.2.1, dc: far, status: donw }
                                ^^^
z.yaml:14:46: error: status must be up, down or obey: found "donw"; did you mean "down"?
      - { value: 192.0.2.1, dc: far, status: donw }
                                             ^^^^
z.yaml:15:3: error: the key "eu" is written twice: first in line 9
  eu: { values: [] }
  ^^
z.yaml:17:28: error: value must be absolute, with a dot at the end: found "ns1"; write "ns1.example.com." or "ns1."
  "": { type: NS, values: [ns1, a.example.net.] }
                           ^^^
z.yaml:18:66: error: no pool is named "ue"; did you mean "eu"?
  www: { type: [A, AAAA], dynamic: { rules: [{ geos: [EU], pool: ue }, { pool: eu }] } }
                                                                 ^^
z.yaml:19:15: error: "MXX" is no record type; did you mean "MX"?
  mx: { type: MXX, value: 10 mail.example.com. }
              ^^^
`,
    );
  });
});

describe("an envelope", () => {
  it.each([
    ["", "1:1: error: the file is empty"],
    ["[]", "1:1: error: a zone file is a mapping: found a list"],
    ["zone: example.com.", '1:1: error: a zone file needs the key "records"'],
    ["records: {}", '1:1: error: a zone file needs the key "zone"'],
    [
      "zone: 5\nrecords: {}",
      '1:7: error: zone must be text: found the number 5; put it in quotes: "5"',
    ],
    [
      "zone: a..b\nrecords: {}",
      '1:7: error: zone must be the name of the apex, like example.com.: "a..b" has an empty label: two dots in a row, or a dot at the start',
    ],
    [
      "zone: a.\nrecrods: {}\nrecords: {}",
      '2:1: error: unknown key "recrods" in a zone file; did you mean "records"?',
    ],
    [
      "zone: a.\nimport: a.db\nrecords: {}",
      '2:9: error: "a.db" cannot be imported: files are not at hand here',
    ],
    [
      "zone: a.\nrecords: []",
      "2:10: error: records must be records by owner name, a mapping: found a list",
    ],
    [
      "zone: a.\nnetworks: { 10.0.0.1/8: {} }\nrecords: {}",
      "2:13: error: 10.0.0.1/8 has host bits set: write 10.0.0.0/8",
    ],
  ])("%j", (text, message) => expect(listZoneIssues(text)).toContain(message));

  it("is not expected of a master file", () => {
    const text = "@ 3600 SOA ns. hm. 1 2 3 4 5\n@ 3600 NS ns.\n@ 3600 NS ns2.\n";
    const { zone, issues } = loadZone(text, { file: "zones/A.example.zone", changedAt: 1 });
    expect(issues).toEqual([]);
    expect(zone && formatName(zone.apex)).toBe("a.example.");
  });

  it("names the master file whose name is no zone", () => {
    const { zone, issues } = loadZone("", { file: "zones/a..b.zone", changedAt: 1 });
    expect(zone).toBeUndefined();
    expect(issues[0]?.message).toContain("call it example.com.zone");
  });

  it("names the file whose name is no zone", () => {
    const { issues } = loadZone("www: { type: A, value: 192.0.2.1 }", {
      file: "a...yaml",
      changedAt: 1,
    });
    expect(issues[0]?.message).toContain("the file names no zone, and its own name is none");
  });
});
