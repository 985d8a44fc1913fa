/** Explanations over DNS, as an operator asks for them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
networks: { 203.0.113.0/24: { geo: EU-DE } }
pools:
  eu: { values: [{ value: 192.0.2.10 }, { value: 192.0.2.11, status: down }] }
  na: { values: [{ value: 192.0.2.20 }] }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ geos: [EU], pool: eu }, { pool: na }] } }
`,
};

let rondo: Rondo;
beforeAll(async () => {
  rondo = await startRondo({
    zones: ZONES,
    config:
      "geo: { databases: [] }\nadmin: { listen: none }\nexplain: { allow: [127.0.0.1, 127.64.0.0/16] }\n",
    args: ["--workers", "2"],
  });
});
afterAll(() => rondo?.stop());

async function dig(source: string, ...args: string[]): Promise<string> {
  const { address, port } = rondo.endpoint;
  const to = [`@${address}`, "-p", String(port), "-b", source, "+tries=1", "+norecurse", "+time=5"];
  const { status, stdout } = await runPeer("dig", [...to, ...args]);
  expect(status).toBe(0);
  expect(stdout).not.toMatch(/WARNING|malformed|extra input/i);
  return stdout;
}

describeWithPeers("dig", ["dig"], () => {
  test("an operator is sent to TCP and gets the trace of his own answer", async () => {
    const output = await dig("127.64.1.1", "CH", "TXT", "explain.www.example.com");
    expect(output).toContain(";; Truncated, retrying in TCP mode.");
    expect(output).toContain("status: NOERROR");
    expect(output).toMatch(/www\.example\.com\. A for 127\.64\.1\.1/);
    expect(output).toContain("192.0.2.20");
  });

  test("the client can be any, by EDNS Client Subnet", async () => {
    const output = await dig(
      "127.0.0.1",
      "CH",
      "TXT",
      "explain.www.example.com",
      "+subnet=203.0.113.0/24",
    );
    expect(output).toContain("192.0.2.10");
    expect(output).toContain("status down");
    const lines = await dig("127.0.0.1", "+short", "+tcp", "CH", "TXT", "explain.www.example.com");
    expect(lines.split("\n").length).toBeGreaterThan(8);
  });

  test("everybody else is refused, over UDP and TCP", async () => {
    for (const transport of ["+notcp", "+tcp"]) {
      const output = await dig("127.0.0.2", transport, "CH", "TXT", "explain.www.example.com");
      expect(output).toContain("status: REFUSED");
      expect(output).not.toContain("192.0.2");
    }
    expect(await dig("127.0.0.1", "CH", "TXT", "version.bind")).toContain("status: REFUSED");
  });
});
