/** Load balancers that say for whom they ask. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { askTcp, askUdp, converseOn, type Endpoint, frame } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers, type Peer, startPeer } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, runRondo, startRondo } from "../support/rondo.ts";
import { CERTIFICATE_FILES, openTls } from "../support/secure-client.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
networks: { 127.9.0.0/16: { geo: EU-DE } }
pools:
  eu: { values: [{ value: 192.0.2.10 }] }
  na: { values: [{ value: 192.0.2.20 }] }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  geo: { type: A, ttl: 30, dynamic: { rules: [{ geos: [EU], pool: eu }, { pool: na }] } }
`,
};
const QUERY = query({ name: "geo.example.com" });

let folder: string;
let rondo: Rondo;
let plain: Endpoint;
let tls: Endpoint;
let balancer: Peer | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rondo-balancer-"));
  const ports = [await findFreePort(), await findFreePort()];
  rondo = await startRondo({
    zones: ZONES,
    listen: [],
    config: `
geo: { databases: [] }
listen:
  - { address: "127.0.0.1:${ports[0]}", proxy: [127.0.0.1] }
  - { address: "127.0.0.1:${ports[1]}", protocol: tls, proxy: [127.0.0.1] }
tls: { cert: ${CERTIFICATE_FILES.cert}, key: ${CERTIFICATE_FILES.key} }
`,
  });
  [plain, tls] = rondo.endpoints as [Endpoint, Endpoint];
});
afterEach(() => balancer?.stop());
afterAll(async () => {
  await rondo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What geo.example.com is for a client on a connection of its own. */
async function askFrom(to: Endpoint, source: string, isTls = false): Promise<string | undefined> {
  const socket = connect({ host: to.address, port: to.port, localAddress: source });
  const conversation = isTls ? await openTls(to, socket) : converseOn(socket);
  conversation.write(frame(QUERY));
  const answer = await conversation.next();
  conversation.close();
  return answer && readMessage(answer).answer[0]?.rdata;
}

async function askUdpFrom(to: Endpoint, source: string): Promise<string | undefined> {
  const answer = await askUdp(to, QUERY, 3000, source);
  return answer && readMessage(answer).answer[0]?.rdata;
}

test("nobody but the proxy is asked for a header; the server itself knows how to ask", async () => {
  expect(await askUdpFrom(plain, "127.9.0.1")).toBe("192.0.2.10");
  expect(await askUdp(plain, QUERY, 300, "127.0.0.1")).toBeUndefined();
  expect(await askTcp(plain, QUERY)).toBeUndefined();
  const config = join(rondo.folder, "rondo.yaml");
  const { status, stdout } = await runRondo("healthcheck", "--config", config);
  expect([status, stdout]).toEqual([0, expect.stringContaining("answers DNS: REFUSED")]);
});

describeWithPeers("HAProxy", ["haproxy"], () => {
  test("names the clients of its connections, with TLS passed through or not", async () => {
    const [front, frontTls] = [await findFreePort(), await findFreePort()];
    const config = join(folder, "haproxy.cfg");
    const listen = (name: string, port: number, to: Endpoint): string =>
      `listen ${name}\n  bind 127.0.0.1:${port}\n` +
      `  server rondo ${to.address}:${to.port} send-proxy-v2 check inter 100ms check-send-proxy\n`;
    writeFileSync(
      config,
      "defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 5s\n  timeout server 5s\n" +
        listen("dns", front, plain) +
        listen("dot", frontTls, tls),
    );
    const to = { address: "127.0.0.1", port: front };
    balancer = await startPeer(
      "haproxy",
      ["-db", "-f", config],
      async () => (await askTcp(to, QUERY).catch(() => undefined)) !== undefined,
    );
    for (const [endpoint, isTls] of [
      [to, false],
      [{ ...to, port: frontTls }, true],
    ] as const) {
      expect(await askFrom(endpoint, "127.9.0.1", isTls)).toBe("192.0.2.10");
      expect(await askFrom(endpoint, "127.8.0.1", isTls)).toBe("192.0.2.20");
    }
  });
});

describeWithPeers("dnsdist", ["dnsdist"], () => {
  test("names the clients of datagrams and connections", async () => {
    const port = await findFreePort();
    const config = join(folder, "dnsdist.conf");
    writeFileSync(
      config,
      `setLocal("127.0.0.1:${port}")\nsetACL("127.0.0.0/8")\nsetSecurityPollSuffix("")\n` +
        `newServer({ address="${plain.address}:${plain.port}", useProxyProtocol=true, source="127.0.0.1" })\n`,
    );
    const to = { address: "127.0.0.1", port };
    balancer = await startPeer(
      "dnsdist",
      ["--supervised", "--disable-syslog", "-C", config],
      async () => (await askUdp(to, QUERY, 200).catch(() => undefined)) !== undefined,
    );
    for (const ask of [askUdpFrom, askFrom]) {
      expect(await ask(to, "127.9.0.1")).toBe("192.0.2.10");
      expect(await ask(to, "127.8.0.1")).toBe("192.0.2.20");
    }
  });
});
