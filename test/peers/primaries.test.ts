/** Other people's name servers as primaries of rondo. */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import {
  PRIMARY_SERVERS,
  PRIMARY_TOOLS,
  type PrimaryServerName,
  type RealPrimary,
  startRealPrimary,
} from "../support/real-primaries.ts";
import { createFolder, type Rondo, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const APEX = "example.net";
const key = { name: "transfer.example", secret: randomBytes(32).toString("base64") };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The shortest times that rondo goes by. */
const SHORT = "5 2 7 60";

function master(serial: number, times: string, more = ""): string {
  return `$ORIGIN ${APEX}.
$TTL 300
@ 3600 SOA ns1 hostmaster ${serial} ${times}
@ NS ns1
@ NS Ns2.Example.ORG.
ns1 A 192.0.2.1
www A 192.0.2.2
www A 192.0.2.3
www AAAA 2001:db8::2
mail MX 10 www
*.any TXT "one" "two"
alias CNAME www
sub NS ns.sub
ns.sub A 192.0.2.9
_sip._tcp SRV 1 2 3 www
unknown TYPE65280 \\# 3 010203
${more}
`;
}

async function startPrimary(
  program: PrimaryServerName,
  port: number,
  text: string,
): Promise<RealPrimary> {
  const notify = { address: "127.0.0.1", port };
  const primary = await startRealPrimary(program, { apex: APEX, master: text, key, notify });
  closing.push(() => primary.remove());
  return primary;
}

interface SecondaryOptions {
  readonly primary: RealPrimary;
  readonly port: number;
  /** Base64; undefined: without a key. */
  readonly secret?: string | undefined;
  readonly folder?: string;
}

async function startSecondary({ primary, port, secret, folder }: SecondaryOptions): Promise<Rondo> {
  const signing = secret === undefined ? "" : `, key: ${key.name}`;
  const rondo = await startRondo({
    zones: {
      "example.net.yaml": `zone: ${APEX}.\nsecondary: { primaries: ["127.0.0.1:${primary.port}"]${signing} }\n`,
    },
    listen: [`127.0.0.1:${port}`],
    config: `geo: { databases: [] }\nkeys: { ${key.name}: { secret: "${secret ?? key.secret}" } }\n`,
    ...(folder === undefined ? {} : { folder }),
  });
  closing.push(() => rondo.stop());
  return rondo;
}

/** RCODE, and the rdata of the answer, sorted. */
async function ask({ endpoint }: Rondo, name: string, type: string): Promise<string> {
  const reply = await askUdp(endpoint, query({ name: `${name}.${APEX}`, type }));
  const { rcode, answer } = readMessage(reply!);
  return [rcode, ...answer.map(({ rdata }) => rdata).sort()].join(" ");
}

async function becomes(rondo: Rondo, name: string, type: string, expected: RegExp): Promise<void> {
  await until(async () => expected.test(await ask(rondo, name, type)), {
    what: `${name} ${type} is ${expected}`,
    deadlineMs: 40_000,
    pauseMs: 100,
  }).catch(async (error: unknown) => {
    throw new Error(`${error}; it is ${await ask(rondo, name, type)}\n${rondo.output()}`);
  });
}

for (const program of PRIMARY_SERVERS) {
  describeWithPeers(`${program} as a primary`, PRIMARY_TOOLS[program], () => {
    test("a zone is transferred with TSIG, and a change follows its NOTIFY", async () => {
      const port = await findFreePort();
      // Nothing but a NOTIFY makes rondo ask again within this test.
      const primary = await startPrimary(program, port, master(1, "36000 3600 604800 60"));
      const rondo = await startSecondary({ primary, port, secret: key.secret });
      await becomes(rondo, "www", "A", /^NOERROR .*192\.0\.2\.2/);
      expect(await ask(rondo, "www", "A")).toBe("NOERROR 192.0.2.2 192.0.2.3");
      expect(await ask(rondo, "x.any", "TXT")).toContain("NOERROR");
      expect(await ask(rondo, "nothing", "A")).toBe("NXDOMAIN");
      expect(await ask(rondo, "unknown", "TYPE65280")).toMatch(/^NOERROR .*010203/);
      const status = await runRondo("status", "--admin", rondo.admin);
      expect(status.stdout).toMatch(/zone example\.net\. serial 1, 14 records/);
      expect(status.status).toBe(0);

      await primary.change(master(2, "36000 3600 604800 60", "new A 192.0.2.77"));
      await becomes(rondo, "new", "A", /^NOERROR 192\.0\.2\.77$/);
      expect(await ask(rondo, "www", "A")).toBe("NOERROR 192.0.2.2 192.0.2.3");
      expect(rondo.output()).toMatch(/NOTIFY: the zone is refreshed/);
      // Each of them gives the changes alone.
      expect(rondo.output()).toMatch(/"serial":2,"records":15,"incremental":true/);
    });

    test("a zone stays without its primary until it expires, and comes back with it", async () => {
      const port = await findFreePort();
      const primary = await startPrimary(program, port, master(1, SHORT));
      const rondo = await startSecondary({ primary, port, secret: key.secret });
      await becomes(rondo, "www", "AAAA", /^NOERROR 2001:db8::2$/);
      await primary.stop();
      await rondo.waitForOutput(/Cannot refresh the zone/);
      expect(await ask(rondo, "www", "AAAA")).toBe("NOERROR 2001:db8::2");
      await becomes(rondo, "www", "AAAA", /^SERVFAIL$/);
      const status = await runRondo("status", "--admin", rondo.admin);
      expect(status.stdout).toContain("EXPIRED");
      expect(status.status).not.toBe(0);
      await primary.start();
      await becomes(rondo, "www", "AAAA", /^NOERROR 2001:db8::2$/);
    });

    test("without the key, or with another, there is no zone, and the log says why", async () => {
      const ports = [await findFreePort(), await findFreePort()] as const;
      const primary = await startPrimary(program, ports[0], master(1, SHORT));
      const other = randomBytes(32).toString("base64");
      const wrong = await startSecondary({ primary, port: ports[0], secret: other });
      const none = await startSecondary({ primary, port: ports[1], secret: undefined });
      await wrong.waitForOutput(/Cannot refresh the zone/);
      await none.waitForOutput(/Cannot refresh the zone/);
      expect(wrong.output()).toMatch(/the primary refuses our signature: BADSIG/);
      expect(none.output()).toMatch(/the answer is (REFUSED|NOTAUTH)/);
      for (const rondo of [wrong, none]) expect(await ask(rondo, "www", "A")).toBe("SERVFAIL");
    });
  });
}

describeWithPeers("a secondary that is restarted", PRIMARY_TOOLS.knotd, () => {
  test("has its zone at once, and the changes since then as changes", async () => {
    const port = await findFreePort();
    const folder = createFolder();
    const primary = await startPrimary("knotd", port, master(1, "36000 3600 604800 60"));
    const first = await startSecondary({ primary, port, secret: key.secret, folder });
    await becomes(first, "www", "A", /^NOERROR /);
    await first.stop();
    closing.pop();
    await primary.stop();

    const second = await startSecondary({ primary, port, secret: key.secret, folder });
    expect(await ask(second, "www", "A")).toBe("NOERROR 192.0.2.2 192.0.2.3");
    await second.waitForOutput(/Cannot refresh the zone/);
    await primary.start();
    await primary.change(master(2, "36000 3600 604800 60", "new A 192.0.2.77"));
    await becomes(second, "new", "A", /^NOERROR 192\.0\.2\.77$/);
    expect(second.output()).toMatch(/"serial":2,"records":15,"incremental":true/);
  });
});
