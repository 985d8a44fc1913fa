import { describe, expect, it } from "vitest";
import { formatName, parseName } from "../wire/name.ts";
import { parseType } from "../wire/rr-types.ts";
import type { Name, RRset, Zone } from "../zone/model.ts";
import { findName, findZone } from "./find-name.ts";

/** The zone of RFC 4592 §2.2.1, and a CNAME and a wildcard that is an empty non-terminal. */
const ZONE = zoneOf("example.", [
  ["example.", "SOA"],
  ["example.", "NS"],
  ["*.example.", "TXT"],
  ["*.example.", "MX"],
  ["sub.*.example.", "TXT"],
  ["host1.example.", "A"],
  ["_ssh._tcp.host1.example.", "SRV"],
  ["subdel.example.", "NS"],
  ["alias.example.", "CNAME"],
  ["x.*.ent.example.", "A"],
  ["away.example.", "DNAME"],
  ["hidden.away.example.", "A"],
  ["deep.subdel.example.", "DNAME"],
]);

describe("findName()", () => {
  it.each([
    ["host3.example.", "MX", "static", "*.example."],
    ["host3.example.", "A", "nodata", "*.example."],
    ["foo.bar.example.", "TXT", "static", "*.example."],
    ["host1.example.", "MX", "nodata", "host1.example."],
    ["HOST1.Example.", "A", "static", "host1.example."],
    ["sub.*.example.", "MX", "nodata", "sub.*.example."],
    ["_telnet._tcp.host1.example.", "SRV", "nxdomain", undefined],
    ["_tcp.host1.example.", "SRV", "nodata", "_tcp.host1.example."],
    ["host.subdel.example.", "A", "delegation", "subdel.example."],
    ["subdel.example.", "A", "delegation", "subdel.example."],
    ["subdel.example.", "DS", "nodata", "subdel.example."],
    ["x.subdel.example.", "DS", "delegation", "subdel.example."],
    ["ghost.*.example.", "MX", "nxdomain", undefined],
    ["example.", "NS", "static", "example."],
    ["alias.example.", "A", "static", "alias.example."],
    ["y.ent.example.", "A", "nodata", "*.ent.example."],
    ["host1.example.", "ANY", "static", "host1.example."],
    ["away.example.", "A", "nodata", "away.example."],
    ["away.example.", "DNAME", "static", "away.example."],
    ["x.y.away.example.", "A", "redirected", "away.example."],
    ["x.away.example.", "DS", "redirected", "away.example."],
    ["hidden.away.example.", "A", "redirected", "away.example."],
    ["x.deep.subdel.example.", "A", "delegation", "subdel.example."],
  ])("finds for %s %s: %s at %s", (name, type, kind, owner) => {
    const found = findName(ZONE, nameOf(name), parseType(type)!);
    const at = found.kind === "nxdomain" ? undefined : formatName(found.owner);
    expect([found.kind, at]).toEqual([kind, owner]);
  });
});

describe("findZone()", () => {
  it("takes the longest apex that holds the name", () => {
    const zones = [zoneOf("example.", []), zoneOf("sub.example.", []), zoneOf("b.", [])];
    expect(findZone(zones, nameOf("a.SUB.example."))).toBe(zones[1]);
    expect(findZone(zones, nameOf("xsub.example."))).toBe(zones[0]);
    expect(findZone(zones, nameOf("example.org."))).toBeUndefined();
  });
});

function nameOf(text: string): Name {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
}

function zoneOf(apex: string, rrsets: readonly (readonly [owner: string, type: string])[]): Zone {
  return {
    apex: nameOf(apex),
    rrsets: rrsets.map(
      ([owner, type]): RRset => ({
        owner: nameOf(owner),
        type: parseType(type)!,
        ttl: 300,
        rdata: [Uint8Array.of(0)],
        answers: undefined,
      }),
    ),
    steered: [],
    pools: [],
    datacenters: [],
    networks: [],
    serial: 1,
    negativeTtl: 60,
  };
}
