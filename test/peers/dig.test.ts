import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
soa: { minimum: 15 }
networks: { 203.0.113.0/24: { geo: EU-DE } }
pools:
  eu: { values: [{ value: 192.0.2.10 }] }
  na: { values: [{ value: 192.0.2.20 }] }
  weighted: { values: [{ value: 192.0.2.1, weight: 3 }, { value: 192.0.2.2, weight: 1 }] }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  rr: { type: A, ttl: 30, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  weighted: { type: A, ttl: 30, dynamic: { rules: [{ pool: weighted }] } }
  geo:
    type: A
    ttl: 30
    dynamic: { rules: [{ subnets: [198.51.100.0/24], pool: eu }, { geos: [EU], pool: eu }, { pool: na }] }
  www: { type: CNAME, ttl: 30, value: rr.example.com. }
  sub: { type: NS, values: [ns.sub.example.com.] }
  ns.sub: { type: A, value: 192.0.2.60 }
  big: { type: TXT, ttl: 30, values: [${["1", "2", "3", "4", "5", "6", "7", "8"].map((digit) => JSON.stringify(digit.repeat(250))).join(", ")}] }
`,
};

let rondo: Rondo;
beforeAll(async () => {
  rondo = await startRondo({
    zones: ZONES,
    config: "geo: { databases: [dbip-country] }\n",
    args: ["--workers", "1"],
    listen: ["127.0.0.1:0", "[::1]:0"],
  });
});
afterAll(() => rondo?.stop());

async function ask(program: string, ...args: string[]): Promise<string> {
  const { address, port } = rondo.endpoint;
  const { status, stdout, stderr } = await runPeer(program, [
    `@${address}`,
    "-p",
    String(port),
    program === "dig" ? "+tries=1" : "+retry=0",
    "+norecurse",
    "+time=5",
    ...args,
  ]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).not.toMatch(/WARNING|malformed|extra input/i);
  return stdout;
}

describeWithPeers("dig", ["dig"], () => {
  const dig = (...args: string[]): Promise<string> => ask("dig", ...args);
  const short = async (...args: string[]): Promise<string[]> =>
    (await dig("+short", ...args)).trim().split("\n");

  test("sees the first of three values change evenly over 300 queries", async () => {
    const leads = await leadsOf("rr.example.com", 300, 3);
    expect([...leads.keys()].sort()).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    for (const count of leads.values()) expect(Math.abs(count - 100)).toBeLessThanOrEqual(1);
  });

  test("sees weights 3:1 exactly over a cycle", async () => {
    expect(await leadsOf("weighted.example.com", 4, 1)).toEqual(
      new Map([
        ["192.0.2.1", 3],
        ["192.0.2.2", 1],
      ]),
    );
  });

  async function leadsOf(
    name: string,
    times: number,
    records: number,
  ): Promise<Map<string, number>> {
    const batch = join(rondo.folder, "batch");
    writeFileSync(batch, `${name} A\n`.repeat(times));
    const lines = await short("-f", batch);
    expect(lines.length).toBe(times * records);
    const leads = new Map<string, number>();
    for (let i = 0; i < lines.length; i += records) {
      leads.set(lines[i]!, (leads.get(lines[i]!) ?? 0) + 1);
    }
    return leads;
  }

  test.each([
    ["a rule's subnet", "198.51.100.77/32", "192.0.2.10", "198.51.100.77/32/24"],
    ["the operator's networks", "203.0.113.0/24", "192.0.2.10", "203.0.113.0/24/24"],
    ["the packaged database, a German network", "194.25.0.0/24", "192.0.2.10", "194.25.0.0/24/"],
    ["the packaged database, an American network", "12.0.0.0/24", "192.0.2.20", "12.0.0.0/24/"],
  ])("+subnet follows %s", async (_, subnet, address, echoed) => {
    const output = await dig("geo.example.com", `+subnet=${subnet}`);
    expect(output).toContain(`CLIENT-SUBNET: ${echoed}`);
    expect(output).toMatch(
      new RegExp(`geo\\.example\\.com\\.\\s+30\\s+IN\\s+A\\s+${address.replaceAll(".", "\\.")}\n`),
    );
  });

  test("+subnet=0 gets scope 0", async () => {
    expect(await dig("geo.example.com", "+subnet=0")).toContain("CLIENT-SUBNET: 0.0.0.0/0/0");
  });

  test("+tcp gets what UDP gets", async () => {
    expect((await short("rr.example.com", "+tcp")).sort()).toEqual([
      "192.0.2.1",
      "192.0.2.2",
      "192.0.2.3",
    ]);
  });

  test("comes back over TCP when the answer is too long", async () => {
    const output = await dig("big.example.com", "TXT");
    expect(output).toContain("Truncated, retrying in TCP mode");
    expect(output).toMatch(/ANSWER: 8,/);
  });

  test("+bufsize=512 +ignore sees TC and no answer", async () => {
    const output = await dig("big.example.com", "TXT", "+bufsize=512", "+ignore");
    expect(output).toMatch(/flags: qr aa tc;.*ANSWER: 0,/);
  });

  test("sees NXDOMAIN, no data and REFUSED", async () => {
    expect(await dig("nope.example.com")).toMatch(
      /status: NXDOMAIN[\s\S]*flags: qr aa;.*AUTHORITY: 1[\s\S]*example\.com\.\s+15\s+IN\s+SOA/,
    );
    expect(await dig("rr.example.com", "AAAA")).toMatch(
      /status: NOERROR[\s\S]*ANSWER: 0, AUTHORITY: 1/,
    );
    expect(await dig("example.org")).toMatch(/status: REFUSED/);
    expect(await dig("version.bind", "CH", "TXT")).toMatch(/status: REFUSED/);
  });

  test("is referred, with glue and without AA", async () => {
    const output = await dig("host.sub.example.com");
    expect(output).toMatch(/flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2/);
    expect(output).toMatch(/ns\.sub\.example\.com\.\s+300\s+IN\s+A\s+192\.0\.2\.60/);
  });

  test("ANY gets one RRset", async () => {
    expect(await dig("example.com", "ANY", "+notcp")).toMatch(/ANSWER: [12],/);
  });

  test("follows an alias", async () => {
    expect((await short("www.example.com")).length).toBe(4);
  });

  test("+edns=1 gets BADVERS, and dig tries again with version 0", async () => {
    expect(await dig("rr.example.com", "+edns=1", "+noednsnegotiation")).toMatch(
      /status: BADVERS[\s\S]*EDNS: version: 0/,
    );
    expect(await dig("rr.example.com", "+edns=1")).toMatch(/status: NOERROR/);
  });

  test.each([
    "+nsid",
    "+cookie",
    "+padding=128",
    "+ednsopt=65001:00ff",
    "+keepalive",
    "+ednsflags=0x40",
  ])("%s changes nothing", async (option) => {
    expect(await dig("rr.example.com", option)).toMatch(/status: NOERROR[\s\S]*ANSWER: 3,/);
  });

  test("+dnssec sees DO come back", async () => {
    expect(await dig("rr.example.com", "+dnssec")).toMatch(
      /EDNS: version: 0, flags: do; udp: 1232/,
    );
  });

  test("over IPv6", async () => {
    const { address, port } = rondo.endpoints[1]!;
    const { stdout } = await runPeer("dig", [
      `@${address}`,
      "-p",
      String(port),
      "+short",
      "geo.example.com",
    ]);
    expect(stdout).toBe("192.0.2.20\n");
  });

  test("+tcp +keepopen asks a batch on one connection", async () => {
    const batch = join(rondo.folder, "batch-tcp");
    writeFileSync(batch, "rr.example.com A\n".repeat(20));
    expect((await short("+tcp", "+keepopen", "-f", batch)).length).toBe(60);
  });
});

describeWithPeers("kdig", ["kdig"], () => {
  const kdig = (...args: string[]): Promise<string> => ask("kdig", ...args);

  test.each([
    [],
    ["+tcp"],
    ["+edns"],
    ["+nsid"],
    ["+padding"],
    ["+cookie"],
    ["+dnssec"],
    ["+bufsize=4096"],
  ])("%s gets three addresses", async (...options) => {
    expect(await kdig("rr.example.com", ...options)).toMatch(/status: NOERROR[\s\S]*ANSWER: 3;/);
  });

  test("+subnet sees the scope", async () => {
    expect(await kdig("geo.example.com", "+subnet=198.51.100.0/24")).toMatch(
      /CLIENT-SUBNET: 198\.51\.100\.0\/24\/24/i,
    );
  });
});
