import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { parsePrefix } from "../address/parse.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Output } from "./command.ts";
import { parseCommand } from "./parse-command.ts";
import type { Readers } from "./read-world.ts";

const ZONE = `
zone: gslb.example.com.
soa: { mname: ns1.gslb.example.com., rname: hostmaster.example.com., minimum: 5 }
datacenters: { fra: { geo: EU-DE }, ams: { geo: EU-NL }, iad: { geo: NA-US } }
healthchecks:
  web: { protocol: TCP, port: 443 }
pools:
  eu:
    healthcheck: web
    fallback: na
    values:
      - { value: 198.51.100.10, dc: fra, weight: 3 }
      - { value: 198.51.100.11, dc: ams, weight: 1 }
      - { value: 198.51.100.12, dc: ams, weight: 0 }
      - { value: "2001:db8:1::10", dc: fra }
  na:
    healthcheck: web
    values:
      - { value: 203.0.113.10, dc: iad }
      - { value: 203.0.113.11, dc: iad, status: down }
records:
  "":
    - { type: NS, values: [ns1.gslb.example.com., ns2.example.net.] }
    - { type: MX, value: { preference: 10, exchange: mail.example.net. } }
  ns1: { type: A, value: 198.51.100.53 }
  www:
    type: [A, AAAA]
    ttl: 30
    dynamic:
      rules:
        - { subnets: [192.0.2.0/24], pool: na }
        - { geos: [EU], pool: eu }
        - { pool: [na, eu] }
  alias: { type: CNAME, value: www.gslb.example.com. }
  away: { type: CNAME, value: cdn.example.net. }
  loop: { type: CNAME, value: loop.other.example. }
  "*.wild": { type: A, value: 198.51.100.60 }
  rr: { type: A, answers: 2, values: [198.51.100.20, 198.51.100.21, 198.51.100.22] }
  sub: { type: NS, value: ns.example.net. }
`;

/** A circle over two zones is nothing that one file shows. */
const OTHER_ZONE = `
zone: other.example.
records:
  "": { type: NS, values: [ns1.gslb.example.com., ns2.example.net.] }
  loop: { type: CNAME, value: loop.gslb.example.com. }
`;

const folder = mkdtempSync(join(tmpdir(), "rondo-explain-"));

const readers: Readers = {
  loadGeo: async () => ({ table: germanTable(), problems: [] }),
  // Threads run built code only.
  workerModule: new URL("../../dist/loader/load-worker.js", import.meta.url),
};

beforeAll(() => {
  writeFileSync(join(folder, "zone.yaml"), ZONE);
  writeFileSync(join(folder, "other.yaml"), OTHER_ZONE);
});

afterAll(() => rmSync(folder, { recursive: true }));

async function explain(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const command = parseCommand(["explain", "--zones", folder, ...args]);
  if (command.kind !== "run") throw new Error(JSON.stringify(command));
  const output: Output = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  };
  const exit = await command.run(output, readers);
  return { exit, ...written };
}

describe("runExplain()", () => {
  it("tells why a client gets the values of its own pool", async () => {
    const { exit, out } = await explain(
      "www.gslb.example.com",
      "--client",
      "20.1.2.3",
      "--assume",
      "198.51.100.11=down",
    );
    expect(out).toBe(`\
www.gslb.example.com. A for 20.1.2.3/32: NOERROR, ECS scope /8
  worked out from files: nothing is checked, values count as up unless assumed otherwise

  www.gslb.example.com.  15  A  198.51.100.10

www.gslb.example.com. in zone gslb.example.com.: steered
  client   20.1.2.3 is in EU-DE-HE, say the geo databases [A2]
  rule     rule 2 of 3 matches, geo EU: pool eu [A2]
  pool     eu: answers; 2 of 3 enabled values in service, 1 needed [A4]
             kept     198.51.100.10  fra  weight 3  init      not checked yet, which counts as up [B8]
             dropped  198.51.100.11  ams  weight 1  down      fails its checks: assumed by --assume 198.51.100.11=down [B4]
             dropped  198.51.100.12  ams  weight 0  init      weight 0, answered only when nothing else in the pool is left [A7]
  pool     na (fallback); not tried: pool eu answers [A4]
             dropped  203.0.113.10   iad  weight 1  init      its pool is not tried [A4]
             dropped  203.0.113.11   iad  weight 1  disabled  status down, never answered [A7]
  choice   eu is the first pool in service [A4]
  order    one value, it leads every answer [A6]
  answers  1 record per answer: the default is all values, at most 8 [A8]
  TTL      15 s: half of the record's 30 s, at least 5, because 198.51.100.11 is down [A13]
  scope    /8: the widest prefix around the client in which everybody gets the same [A3]
`);
    expect(exit).toBe(0);
  });

  it("follows a CNAME and falls back, for a client behind a resolver", async () => {
    const { out } = await explain(
      "alias.gslb.example.com",
      "--client",
      "10.0.0.0/24",
      "--resolver",
      "20.0.0.53",
      "--assume",
      "pool=eu=down",
    );
    expect(out).toBe(`\
alias.gslb.example.com. A for 10.0.0.0/24 through 20.0.0.53: NOERROR, ECS scope /4
  worked out from files: nothing is checked, values count as up unless assumed otherwise

  alias.gslb.example.com.  300  CNAME  www.gslb.example.com.
  www.gslb.example.com.    15   A      203.0.113.10

alias.gslb.example.com. in zone gslb.example.com.: static, the same for every client
  followed to www.gslb.example.com.

www.gslb.example.com. in zone gslb.example.com.: steered
  client   10.0.0.0 is unknown to the geo databases; its resolver 20.0.0.53 is in EU-DE-HE, say the geo databases [A2]
  rule     rule 2 of 3 matches, geo EU: pool eu [A2]
  pool     eu; 0 of 3 enabled values in service, 1 needed [A4]
             dropped  198.51.100.10  fra  weight 3  down      fails its checks: assumed by --assume pool=eu=down [B4]
             dropped  198.51.100.11  ams  weight 1  down      fails its checks: assumed by --assume pool=eu=down [B4]
             dropped  198.51.100.12  ams  weight 0  down      fails its checks: assumed by --assume pool=eu=down [B4]
  pool     na (fallback): answers; 1 of 1 enabled value in service, 1 needed [A4]
             kept     203.0.113.10   iad  weight 1  init      not checked yet, which counts as up [B8]
             dropped  203.0.113.11   iad  weight 1  disabled  status down, never answered [A7]
  choice   na is the first pool in service [A4]
  order    one value, it leads every answer [A6]
  answers  1 record per answer: the default is all values, at most 8 [A8]
  TTL      15 s: half of the record's 30 s, at least 5, because 198.51.100.10 is down, 198.51.100.11 is down, 198.51.100.12 is down [A13]
  scope    /4: the widest prefix around the client in which everybody gets the same [A3]
`);
  });

  it("opens the client's first pool when everything is down", async () => {
    const { out } = await explain(
      "www.gslb.example.com",
      "--client",
      "192.0.2.1",
      "--assume",
      "*=down",
      "--assume",
      "2001:*=up",
    );
    expect(out).toContain("  www.gslb.example.com.  5  A  203.0.113.10\n");
    expect(out).toContain("no pool of the rule is in service: the first one, na, answers as if");
    const six = await explain("www.gslb.example.com", "AAAA", "--client", "192.0.2.1");
    expect(six.out).toContain("pool     na; skipped: it has no AAAA value [A1]");
    expect(six.out).toContain("  www.gslb.example.com.  has no data\n");
    expect(six.out).toContain("no pool of the rule has a value of type AAAA [A1]");
    expect(six.exit).toBe(0);
  });

  it.each([
    ["rr", "A", 0, "  2 of these 3 A records per answer\n"],
    ["rr", "A", 0, "  rr.gslb.example.com.  300  A  198.51.100.20  leads 33.3 %\n"],
    ["x.wild", "A", 0, "static, the same for every client, written at *.wild.gslb.example.com.\n"],
    ["wild", "A", 0, "the name exists, but has no A record; resolvers keep this for up to 5 s\n"],
    ["nope", "A", 3, "  nope.gslb.example.com.  does not exist\n"],
    ["x.sub", "A", 0, "  sub.gslb.example.com.  3600  NS  ns.example.net.\n"],
    ["away", "A", 0, "the answer ends here: cdn.example.net. is in no zone of this server"],
    ["loop", "A", 0, "the answer ends here: it has been at loop.gslb.example.com. before\n"],
    ["away", "CNAME", 0, "  away.gslb.example.com.  300  CNAME  cdn.example.net.\n"],
  ])("explains %s %s", async (label, type, status, text) => {
    const { exit, out } = await explain(`${label}.gslb.example.com`, type, "--client", "::1");
    expect(out).toContain(text);
    expect(exit).toBe(status);
  });

  it("refuses names of other zones and assumptions that match nothing", async () => {
    const other = await explain("www.example.org", "--client", "::1");
    expect(other).toMatchObject({ exit: 3, err: "" });
    expect(other.out).toContain("REFUSED\n\n  no zone of this server holds the name\n");
    const unmatched = await explain(
      "rr.gslb.example.com",
      "--client",
      "::1",
      "--assume",
      "dc=frb=down",
    );
    expect(unmatched).toMatchObject({ exit: 64, out: "" });
    expect(unmatched.err).toContain("--assume dc=frb=down matches no value of any zone");
  });

  it("prints an object of a stable shape with --json", async () => {
    const { out } = await explain("www.gslb.example.com", "--client", "20.0.0.0/24", "--json");
    const explanation = JSON.parse(out);
    const [link] = explanation.links;
    expect(Object.keys(explanation)).toEqual([
      "source",
      "name",
      "type",
      "client",
      "resolver",
      "status",
      "scope",
      "links",
    ]);
    expect(Object.keys(link)).toEqual([
      "name",
      "zone",
      "owner",
      "kind",
      "answer",
      "steering",
      "note",
      "through",
    ]);
    expect(link.answer).toEqual({
      type: "A",
      ttl: 30,
      records: [
        { data: "198.51.100.10", share: 0.75 },
        { data: "198.51.100.11", share: 0.25 },
      ],
      perAnswer: 1,
      rotates: true,
    });
    expect(link.steering).toMatchObject({
      location: { address: "20.0.0.0", continent: "EU", country: "DE", subdivision: "HE" },
      rule: 2,
      rules: 3,
      mode: "normal",
      scope: 8,
    });
    expect(link.steering.pools[0].values[0]).toEqual({
      value: "198.51.100.10",
      within: null,
      effectiveWeight: 3,
      datacenter: "fra",
      weight: 3,
      status: "obey",
      state: "init",
      lastError: null,
      kept: true,
      rule: "B8",
      reason: "not checked yet, which counts as up",
    });
  });
});

/** 20.0.0.0/8 is in Germany; nothing else is known. */
function germanTable(): GeoTable {
  const lay = (words: 1 | 4): GeoTable["v4"] => {
    const entries = words === 1 ? [{ prefix: parsePrefix("20.0.0.0/8")!, value: 1 }] : [];
    const { starts, values } = flattenPrefixes(words, entries, 0, (_, inner) => inner);
    return { starts, locations: values };
  };
  const unknown = {
    continent: undefined,
    country: undefined,
    subdivision: undefined,
    coords: undefined,
  };
  const germany = { continent: "EU", country: "DE", subdivision: "HE", coords: undefined } as const;
  return { v4: lay(1), v6: lay(4), locations: [unknown, germany], asns: undefined, sources: [] };
}
