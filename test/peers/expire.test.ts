/** How long a zone may be kept that goes from secondary to secondary, rondo and others (RFC 7314). */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { askUdp, type Endpoint } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { option, query } from "../support/packet.ts";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { startSecondary } from "../support/secondary-servers.ts";
import { until } from "../support/until.ts";

const APEX = "example.net";
const OPTION_EXPIRE = 9;
/** Seconds. */
const EXPIRE = 604_800;
/** What passes at least between two of them. */
const GONE = 2;

const key = {
  name: "transfer.example",
  algorithm: "hmac-sha256",
  secret: randomBytes(32).toString("base64"),
};

const closing: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.stop();
});

/** Serves a zone, and gives it to whoever has the key. */
async function serve(zone: string): Promise<Rondo> {
  const rondo = await startRondo({
    zones: { "example.net.yaml": `zone: ${APEX}.\n${zone}` },
    config: `geo: { databases: [] }
keys: { ${key.name}: { algorithm: ${key.algorithm}, secret: "${key.secret}" } }
transfer: { allow: [{ key: ${key.name} }] }
`,
  });
  closing.push(rondo);
  return rondo;
}

const PRIMARY = `soa: { serial: 1, refresh: 1h, retry: 1h, expire: ${EXPIRE}s }
records: { "": { type: NS, value: ns1.example.org. } }
`;

function secondaryOf({ address, port }: Endpoint): string {
  return `secondary: { primaries: ["${address}:${port}"], key: ${key.name} }\n`;
}

/** For how many seconds a server says that its zone may be kept; undefined: it does not, or has no such zone. */
async function expireOf(server: Endpoint): Promise<number | undefined> {
  const options = [option(OPTION_EXPIRE, new Uint8Array(0))];
  const soa = query({ name: APEX, type: "SOA", edns: { options } });
  const reply = await askUdp(server, soa, 500).catch(() => undefined);
  const found =
    reply && readMessage(reply).edns?.options.find(({ code }) => code === OPTION_EXPIRE);
  return found && Buffer.from(found.data).readUInt32BE();
}

/** Waits until a server has had the zone for a while. */
async function ages(server: Endpoint, most: number): Promise<number> {
  let left: number | undefined;
  await until(async () => {
    left = await expireOf(server);
    return left !== undefined && left <= most;
  }, `${APEX} may be kept for less than ${most} seconds`);
  return left!;
}

async function follow(program: "knotd" | "named", primary: Endpoint): Promise<Endpoint> {
  const endpoint = { address: "127.0.0.1", port: await findFreePort() };
  closing.push(await startSecondary(program, { endpoint, primary, key, zones: [APEX] }));
  return endpoint;
}

for (const program of ["knotd", "named"] as const) {
  describeWithPeers(`EXPIRE from ${program}`, [program], () => {
    test("no secondary of a secondary keeps a zone longer than the first may", async () => {
      const first = await serve(PRIMARY);
      expect(await expireOf(first.endpoint)).toBe(EXPIRE);
      const between = await follow(program, first.endpoint);
      await ages(between, EXPIRE - GONE);
      const last = await serve(secondaryOf(between));
      expect(await ages(last.endpoint, EXPIRE)).toBeLessThanOrEqual(EXPIRE - GONE);
    });
  });
}

// BIND 9.18 goes by the option of an SOA alone, and so not at first.
describeWithPeers("EXPIRE to knotd", ["knotd"], () => {
  test("another server keeps a zone no longer than rondo, which has it from elsewhere", async () => {
    const first = await serve(PRIMARY);
    const between = await serve(secondaryOf(first.endpoint));
    await ages(between.endpoint, EXPIRE - GONE);
    const last = await follow("knotd", between.endpoint);
    expect(await ages(last, EXPIRE)).toBeLessThanOrEqual(EXPIRE - GONE);
  });
});

describeWithPeers("EXPIRE as tools ask for it", ["dig", "kdig"], () => {
  test("is shown with the SOA", async () => {
    const { address, port } = (await serve(PRIMARY)).endpoint;
    const where = [`@${address}`, "-p", String(port)];
    const dig = await runPeer("dig", [...where, "+expire", APEX, "SOA"]);
    expect(dig.stdout).toContain(`EXPIRE: ${EXPIRE} (1 week)`);
    const kdig = await runPeer("kdig", [...where, "+edns", "+ednsopt=9", APEX, "SOA"]);
    expect(kdig.stdout).toMatch(/Option \(9\): 00093A80|EXPIRE: 604800/);
  });
});
