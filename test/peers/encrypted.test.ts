/** DNS over TLS and HTTPS, as other people's clients ask. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askUdp, type Endpoint } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers, type Peer, runPeer, startPeer } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import {
  CERTIFICATE_FILES,
  dohPath,
  openTlsSocket,
  RENEWED_CERTIFICATE,
} from "../support/secure-client.ts";
import { until } from "../support/until.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
soa: { minimum: 15 }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, ttl: 30, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  big: { type: TXT, ttl: 30, values: [${Array.from({ length: 40 }, (_, i) => JSON.stringify(`${i}`.padEnd(250, "x"))).join(", ")}] }
`,
};

let rondo: Rondo;
let tls: Endpoint;
let https: Endpoint;
beforeAll(async () => {
  const ports = [await findFreePort(), await findFreePort(), await findFreePort()];
  rondo = await startRondo({
    zones: ZONES,
    listen: [],
    config: `
geo: { databases: [] }
transfer: { allow: [127.0.0.1] }
listen:
  - 127.0.0.1:${ports[0]}
  - { address: "127.0.0.1:${ports[1]}", protocol: tls }
  - { address: "127.0.0.1:${ports[2]}", protocol: https }
tls: { cert: cert.pem, key: key.pem }
`,
    files: {
      "cert.pem": readFileSync(CERTIFICATE_FILES.cert, "utf8"),
      "key.pem": readFileSync(CERTIFICATE_FILES.key, "utf8"),
    },
  });
  [, tls, https] = rondo.endpoints as [Endpoint, Endpoint, Endpoint];
});
afterAll(() => rondo?.stop());

const ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

function at({ address, port }: Endpoint): string[] {
  return [`@${address}`, "-p", String(port)];
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runPeer(program, args);
  expect(stderr + (status === 0 ? "" : stdout)).toBe("");
  return stdout;
}

const lines = (output: string): string[] => output.trim().split("\n").toSorted();

describeWithPeers("kdig", ["kdig"], () => {
  const ca = `+tls-ca=${CERTIFICATE_FILES.cert}`;

  test("asks over TLS and checks the certificate", async () => {
    const asked = [...at(tls), "+retry=0", ca, "+tls-hostname=probe.test"];
    expect(lines(await run("kdig", ...asked, "+short", "www.example.com"))).toEqual(ADDRESSES);
    const big = await run("kdig", ...asked, "big.example.com", "TXT");
    expect(big).toMatch(/ANSWER: 40;/);
    expect(big).toContain("PADDING");
  });

  test("asks several questions on one TLS connection", async () => {
    const asked = ["+keepopen", ca, "+tls-hostname=probe.test", "+retry=0", "+short"];
    const names = Array.from({ length: 20 }, () => [...asked, ...at(tls), "www.example.com"]);
    expect(lines(await run("kdig", ...names.flat()))).toHaveLength(60);
  });

  test.each(["+https", "+https-get"])("asks with %s and checks the certificate", async (how) => {
    const asked = [...at(https), how, "+retry=0", ca, "+tls-hostname=probe.test"];
    const output = await run("kdig", ...asked, "www.example.com");
    expect(output).toContain("HTTP/2");
    expect(output).toMatch(/status: NOERROR; .*/);
    expect(output).toMatch(/ANSWER: 3;/);
  });

  test("transfers a zone over TLS, and none over HTTPS", async () => {
    const asked = ["+tls", ca, "+tls-hostname=probe.test", "+retry=0", "AXFR", "example.com"];
    expect(await run("kdig", ...at(tls), ...asked)).toContain("big.example.com.");
    const { stdout, stderr } = await runPeer("kdig", [
      ...at(https),
      "+https",
      "+retry=0",
      "AXFR",
      "example.com",
    ]);
    expect(stdout).not.toContain("192.0.2.1");
    expect(stdout + stderr).toMatch(/NOTIMP/);
  });
});

describeWithPeers("dig", ["dig"], () => {
  test.each([
    ["+tls", "TLS"],
    ["+https", "HTTPS"],
    ["+https-get", "HTTPS-GET"],
  ])("asks with %s", async (how, transport) => {
    const to = how === "+tls" ? tls : https;
    const output = await run("dig", ...at(to), how, "+tries=1", "+norecurse", "www.example.com");
    expect(output).toContain("status: NOERROR");
    expect(output).toMatch(new RegExp(`SERVER: .* \\(${transport}\\)`));
    for (const address of ADDRESSES) expect(output).toContain(address);
  });
});

describeWithPeers("curl", ["curl"], () => {
  const octets = query({ name: "www.example.com", id: 0 });

  async function curl(...args: string[]): Promise<{ head: string; body: Uint8Array }> {
    const folder = mkdtempSync(join(tmpdir(), "rondo-curl-"));
    const file = join(folder, "body");
    writeFileSync(join(folder, "query"), octets);
    const format = "%{http_version} %{http_code} %header{content-type} %header{cache-control}";
    const url = `https://${https.address}:${https.port}`;
    const all = ["-s", "--cacert", CERTIFICATE_FILES.cert, "-o", file, "-w", format, ...args];
    const head = await run(
      "curl",
      ...all.map((arg) => arg.replace("URL", url).replace("QUERY", join(folder, "query"))),
    );
    const body = Uint8Array.from(readFileSync(file));
    rmSync(folder, { recursive: true });
    return { head, body };
  }

  test.each([
    ["--http2", "2"],
    ["--http1.1", "1.1"],
  ])("asks with %s, by GET and by POST", async (version, said) => {
    const post = ["-H", "content-type: application/dns-message", "--data-binary", "@QUERY"];
    for (const args of [[`URL${dohPath(octets)}`], [...post, "URL/dns-query"]]) {
      const { head, body } = await curl(version, ...args);
      expect(head).toBe(`${said} 200 application/dns-message private, max-age=30`);
      expect(readMessage(body).answer).toHaveLength(3);
    }
  });
});

describeWithPeers("openssl", ["openssl"], () => {
  const connect = ["s_client", "-connect"];

  test.each(["-tls1_2", "-tls1_3"])("agrees on %s, and on what is spoken", async (version) => {
    const to = `${tls.address}:${tls.port}`;
    const { stdout } = await runPeer("openssl", [...connect, to, version, "-alpn", "dot"]);
    expect(stdout).toContain("ALPN protocol: dot");
  });

  test("is refused with an older version, and with another protocol", async () => {
    for (const to of [tls, https]) {
      const endpoint = `${to.address}:${to.port}`;
      for (const wish of [["-tls1_1"], ["-alpn", "imap"]]) {
        const { status, stderr } = await runPeer("openssl", [...connect, endpoint, ...wish]);
        expect([status, stderr]).toEqual([
          1,
          expect.stringMatching(/alert|no protocols available/),
        ]);
      }
    }
  });
});

describeWithPeers("unbound, forwarding over TLS", ["unbound"], () => {
  let folder: string;
  let peer: Peer;
  let resolver: Endpoint;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rondo-unbound-"));
    resolver = { address: "127.0.0.1", port: await findFreePort() };
    const config = join(folder, "unbound.conf");
    writeFileSync(
      config,
      `server:\n  interface: 127.0.0.1\n  port: ${resolver.port}\n  username: ""\n  chroot: ""\n  directory: "${folder}"\n` +
        `  pidfile: ""\n  use-syslog: no\n  logfile: ""\n  do-daemonize: no\n  num-threads: 1\n  module-config: "iterator"\n` +
        `  do-not-query-localhost: no\n  access-control: 127.0.0.0/8 allow\n  tls-cert-bundle: "${CERTIFICATE_FILES.cert}"\n` +
        `remote-control:\n  control-enable: no\n` +
        `forward-zone:\n  name: "example.com"\n  forward-tls-upstream: yes\n  forward-addr: ${tls.address}@${tls.port}#probe.test\n`,
    );
    const probe = query({ name: "localhost", flags: ["rd"] });
    peer = await startPeer(
      "unbound",
      ["-d", "-c", config],
      async () => (await askUdp(resolver, probe, 200).catch(() => undefined)) !== undefined,
    );
  });
  afterAll(async () => {
    await peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("resolves, short answers and long ones", async () => {
    const edns = { size: 1232 };
    const ask = async (name: string, type: string) =>
      readMessage((await askUdp(resolver, query({ name, type, flags: ["rd"], edns }), 5000))!);
    await until(async () => {
      const { rcode } = await ask("www.example.com", "A");
      return rcode === "NOERROR";
    }, "www.example.com resolves");
    const { answer } = await ask("www.example.com", "A");
    expect(answer.map(({ rdata }) => rdata).toSorted()).toEqual(ADDRESSES);
    expect((await ask("nope.example.com", "A")).rcode).toBe("NXDOMAIN");
    expect((await ask("big.example.com", "TXT")).flags).toContain("tc");
  });
});

test("a renewed certificate is served without a restart, whichever file is written first", async () => {
  const subject = async (): Promise<string> => {
    const socket = await openTlsSocket(tls);
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  };
  expect(await subject()).toBe("probe.test");
  writeFileSync(join(rondo.folder, "key.pem"), RENEWED_CERTIFICATE.key);
  expect(await subject()).toBe("probe.test");
  writeFileSync(join(rondo.folder, "cert.pem"), RENEWED_CERTIFICATE.cert);
  await until(async () => (await subject()) === "renewed.test", "the new certificate is served");
  expect(rondo.output()).not.toContain("new certificate not used");
});
