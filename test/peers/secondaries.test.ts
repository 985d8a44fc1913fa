/** Other people's name servers as secondaries of rondo. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import {
  type RunningSecondary,
  SECONDARY_SERVERS,
  startSecondary,
} from "../support/secondary-servers.ts";
import { until } from "../support/until.ts";

const key = {
  name: "transfer.example",
  algorithm: "hmac-sha256",
  secret: randomBytes(32).toString("base64"),
};

function zone(records: string): string {
  return `zone: example.com.
records:
  "": [{ type: NS, ttl: 1h, values: [ns1.example.com., ns2.example.com.] }, { type: MX, value: 10 mail.example.com. }]
  ns1: { type: A, ttl: 1h, value: 192.0.2.53 }
  ns2: { type: A, ttl: 1h, value: 192.0.2.54 }
  mail: { type: [A, AAAA], dynamic: { rules: [{ pool: mail }] } }
  sub: { type: NS, ttl: 1h, value: ns.sub.example.com. }
  ns.sub: { type: A, ttl: 1h, value: 192.0.2.55 }
  "*.wild": { type: TXT, value: "anything" }
  many: { type: TXT, values: [${Array.from({ length: 60 }, (_, i) => `"${String(i).padEnd(200, ".")}"`).join()}] }
${records}
pools: { mail: { values: [192.0.2.25, 192.0.2.26, "2001:db8::25"] } }
`;
}

const closing: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.stop();
});

async function start(notifyPort: number, zones: Record<string, string>): Promise<Rondo> {
  const rondo = await startRondo({
    zones,
    config: `geo: { databases: [] }
keys: { ${key.name}: { algorithm: ${key.algorithm}, secret: "${key.secret}" } }
transfer:
  allow: [{ prefix: 127.0.0.0/8, key: ${key.name} }]
  notify: [{ address: "127.0.0.1:${notifyPort}", key: ${key.name} }]
`,
  });
  closing.push(rondo);
  return rondo;
}

/** The rdata of the answer, sorted. */
async function answerOf(secondary: RunningSecondary, name: string, type: string): Promise<string> {
  const message = await secondary.ask(name, type);
  return message === undefined
    ? "no answer"
    : `${message.rcode} ${message.answer
        .map(({ rdata }) => rdata)
        .toSorted()
        .join()}`;
}

async function becomes(
  rondo: Rondo,
  secondary: RunningSecondary,
  [name, type]: readonly [string, string],
  expected: string,
): Promise<void> {
  let found = "";
  await until(async () => {
    found = await answerOf(secondary, name, type);
    return found === expected;
  }, `${name} ${type} is ${expected}`).catch((error: unknown) => {
    throw new Error(`${error}; it is ${found}\n${rondo.output()}\n${secondary.output()}`);
  });
}

for (const program of SECONDARY_SERVERS) {
  describeWithPeers(`${program} as a secondary`, [program], () => {
    test("takes a zone, and each change of it as soon as it is made", async () => {
      const port = await findFreePort();
      const rondo = await start(port, {
        "example.com.yaml": zone("  www: { type: A, values: [192.0.2.1, 192.0.2.2] }"),
      });
      const secondary = await startSecondary(program, {
        endpoint: { address: "127.0.0.1", port },
        primary: rondo.endpoint,
        key,
        zones: ["example.com"],
      });
      closing.push(secondary);
      await becomes(rondo, secondary, ["www.example.com", "A"], "NOERROR 192.0.2.1,192.0.2.2");
      for (const [name, type, expected] of [
        ["mail.example.com", "A", "192.0.2.25,192.0.2.26"],
        ["mail.example.com", "AAAA", "2001:db8::25"],
        ["example.com", "MX", "10 mail.example.com."],
        ["a.b.wild.example.com", "TXT", '"anything"'],
      ] as const) {
        expect(await answerOf(secondary, name, type)).toBe(`NOERROR ${expected}`);
      }
      expect((await secondary.ask("x.sub.example.com", "A"))?.additional).toMatchObject([
        { owner: "ns.sub.example.com.", rdata: "192.0.2.55" },
      ]);

      rondo.writeZone(
        "example.com.yaml",
        zone(
          "  www: { type: A, values: [192.0.2.2, 192.0.2.3] }\n  new: { type: CNAME, value: www.example.com. }",
        ),
      );
      await becomes(rondo, secondary, ["www.example.com", "A"], "NOERROR 192.0.2.2,192.0.2.3");
      expect(await answerOf(secondary, "new.example.com", "CNAME")).toBe(
        "NOERROR www.example.com.",
      );
      expect(rondo.output()).toContain("secondary notified");

      rondo.writeZone("example.com.yaml", zone("  new: { type: A, value: 192.0.2.4 }"));
      await becomes(rondo, secondary, ["www.example.com", "A"], "NXDOMAIN ");
      expect(await answerOf(secondary, "new.example.com", "A")).toBe("NOERROR 192.0.2.4");
      expect(rondo.output()).toMatch(/"kind":"IXFR","serial":\d+,"key":"transfer.example"/);
    });
  });
}

describeWithPeers("zone transfers", ["dig", "kdig", "named-checkzone"], () => {
  const signature = `${key.algorithm}:${key.name}:${key.secret}`;
  const edited = zone("  www: { type: A, values: [192.0.2.2, 192.0.2.3] }");

  test("dig and kdig read the same zone, and named-checkzone finds it sound", async () => {
    const rondo = await start(await findFreePort(), { "example.com.yaml": edited });
    const at = [`@${rondo.endpoint.address}`, "-p", String(rondo.endpoint.port), "-y", signature];
    const byDig = await runPeer("dig", [...at, "+noall", "+answer", "AXFR", "example.com"]);
    const byKdig = await runPeer("kdig", [...at, "+noall", "+answer", "AXFR", "example.com"]);
    const linesOf = (text: string): string[] =>
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith(";"))
        .map((line) => line.replace(/\s+/g, " "));
    expect(linesOf(byDig.stdout).length).toBe(75);
    expect(linesOf(byKdig.stdout)).toEqual(linesOf(byDig.stdout));
    const checked = await checkZone("example.com", byDig.stdout);
    expect(checked).toContain("OK");
    expect(checked).not.toMatch(/error|ignoring/);
  });

  test("dig verifies what is refused, and is told BADKEY and BADSIG", async () => {
    const rondo = await start(await findFreePort(), { "example.com.yaml": edited });
    const at = [`@${rondo.endpoint.address}`, "-p", String(rondo.endpoint.port)];
    const ask = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await runPeer("dig", [...at, ...args]);
      return stdout + stderr;
    };
    const foreign = randomBytes(32).toString("base64");
    expect(await ask("-y", signature, "www.example.com")).toMatch(
      /status: NOERROR[\s\S]*TSIG[\s\S]*NOERROR/,
    );
    expect(await ask("+tcp", "-y", signature, "www.example.com")).not.toContain("Couldn't verify");
    expect(await ask("-y", `hmac-sha256:${key.name}:${foreign}`, "www.example.com")).toContain(
      "BADSIG",
    );
    expect(await ask("-y", `hmac-sha256:other.example:${foreign}`, "www.example.com")).toContain(
      "BADKEY",
    );
    expect(await ask("-y", `hmac-sha256:${key.name}:${foreign}`, "AXFR", "example.com")).toContain(
      "failed",
    );
    expect(await ask("-y", signature, "AXFR", "example.net")).toContain("failed");
    expect(await ask("AXFR", "example.com")).toContain("failed");
    // A clock that is years behind: BADTIME, signed, or dig would take it for a forgery.
    const late = await ask("+fuzztime=1000000000", "-y", signature, "www.example.com");
    expect(late).toContain("BADTIME");
    expect(late).toContain("clocks are unsynchronized");
    expect(rondo.output()).toContain('"reason":"BADSIG"');
  });
});

async function checkZone(apex: string, text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "rondo-check-"));
  const file = join(folder, "zone");
  // The SOA that ends a transfer is no part of the zone.
  const lines = text.trimEnd().split("\n");
  writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n`);
  const { stdout, stderr } = await runPeer("named-checkzone", ["-i", "none", apex, file]);
  rmSync(folder, { recursive: true, force: true });
  return stdout + stderr;
}
