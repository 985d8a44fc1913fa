import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sendWhole } from "../../test/support/fake-primary.ts";
import { geoTable } from "../../test/support/geo.ts";
import { packCopy } from "../loader/copy-content.ts";
import { runBuildJob } from "../secondary/build-job.ts";
import { loadZone } from "../zone/load-zone.ts";
import type { Output } from "./command.ts";
import { parseCommand } from "./parse-command.ts";
import type { Readers } from "./read-world.ts";
import { runDiff } from "./run-diff.ts";

const BEFORE = `
zone: example.com.
healthchecks: { web: { protocol: TCP, port: 1 } }
pools:
  eu: { healthcheck: web, fallback: us, values: [{ value: 192.0.2.1, dc: fra }] }
  us: { values: [{ value: 192.0.2.2 }] }
datacenters: { fra: {} }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ geos: [EU], pool: eu }, { pool: us }] } }
  api: { type: A, ttl: 30, dynamic: { rules: [{ pool: eu }] } }
  old: { type: A, value: 192.0.2.9 }
`;
const AFTER = BEFORE.replace("geos: [EU]", "geos: [EU, AS]").replace("  old:", "  new:");

const GEO = geoTable({ "10.0.0.0/8": "EU-DE", "30.0.0.0/7": "AS-SG", "2001:db8::/32": "AS-SG" });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-diff-"));
  for (const name of ["a", "b", "state", "state/zones"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Uint8Array): void {
  writeFileSync(join(folder, name), text, { mode: 0o644 });
}

const READERS: Readers = {
  loadGeo: async () => ({ table: GEO, problems: [] }),
  // Threads run built code only.
  workerModule: new URL("../../dist/loader/load-worker.js", import.meta.url),
};

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function run(command: (output: Output) => Promise<number>): Promise<Ran> {
  const written = { out: "", err: "" };
  const exit = await command({
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return { exit, ...written };
}

function diff(...args: string[]): Promise<Ran> {
  const command = parseCommand(["diff", ...args]);
  if (command.kind !== "run") throw new Error(JSON.stringify(command));
  return run((output) => command.run(output, READERS));
}

/** Answers like the admin interface of a server. */
async function withServer<Result>(
  state: object,
  use: (admin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer((_, response) => {
    response.writeHead(200, { server: "rondo", "content-type": "application/json" });
    response.end(JSON.stringify(state));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

const FOLDERS = (): string[] => ["--from", join(folder, "a"), "--zones", join(folder, "b")];
const STATE = (): string[] => ["--state", join(folder, "state"), "--zones", join(folder, "b")];

describe("runDiff()", () => {
  it("finds nothing in equal files", async () => {
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", BEFORE);
    expect(await diff(...FOLDERS())).toEqual({ exit: 0, out: "no answer would change\n", err: "" });
  });

  it("reads copies of files that draw in others, and of files that were listed", async () => {
    const text = "zone: y.example.\nimport: y.db\n";
    const part = { file: "b/y.db", octets: Buffer.from("a TXT b\n") };
    const copy = packCopy("b/y.yaml", Buffer.from(text), [part]);
    writeFileSync(join(folder, "state/zones/=0123456789ab=y.yaml"), copy);
    const master = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n@ NS b.\n";
    write("state/zones/=0123456789ab=m.example.zone", master);
    write("b/y.yaml", text);
    write("b/y.db", "a TXT b\n");
    write("b/m.example.zone", `${master}b TXT c\n`);
    const { exit, out } = await diff(...STATE());
    expect(out).toContain("± zone m.example.\n  + b.m.example. TXT");
    expect(out).not.toContain("y.example");
    expect(exit).toBe(2);
  });

  it("compares a secondary zone that becomes a primary with what was kept of it", async () => {
    const secondary = "zone: example.net.\nsecondary: { primaries: 192.0.2.1 }\n";
    const records = `
zone: example.net.
records:
  "": { type: NS, value: ns1.example.com., ttl: 300 }
  www: { type: A, value: 192.0.2.1 }
`;
    write("state/zones/=0123456789ab=n.yaml", packCopy("b/n.yaml", Buffer.from(secondary), []));
    write("b/n.yaml", records);
    const first = await diff(...STATE());
    expect(first.out).toContain("± zone example.net.: not compared: it was a secondary zone");
    expect(first.exit).toBe(2);

    const { zone } = loadZone(secondary, { file: "n.yaml", changedAt: 1 });
    const sent = sendWhole({ serial: 5 });
    if (sent.kind !== "transferred" || zone === undefined) throw new Error("no zone");
    const { blocks, isIncremental } = sent;
    const stateFile = join(folder, "state/secondary/example.net.state");
    const receivedAt = 1_700_000_000;
    const from = { ownSerial: undefined, isIncremental, receivedAt, expire: undefined };
    runBuildJob({ kind: "transfer", zone, stateFile, blocks, ...from });
    const { out } = await diff(...STATE());
    expect(out).toContain("  + www.example.net. A\n");
    // What both have.
    expect(out).not.toContain("example.net. NS");
    expect(out).toContain("      - ns1.example.net. ");

    const serve = (serial: number): object => {
      const served = { name: "example.net.", pools: [], serial };
      const stateDirectory = join(folder, "state");
      return { zones: [served], overrides: [], problems: [], stateDirectory };
    };
    const ask = (state: object): Promise<Ran> =>
      withServer(state, (admin) => diff("--zones", join(folder, "b"), "--admin", admin));
    expect((await ask(serve(5))).out).toBe(out);
    // What it serves could not be kept, or has expired.
    expect((await ask(serve(6))).out).toContain("not compared: it was a secondary zone");

    write("a/n.yaml", records);
    write("b/n.yaml", secondary);
    expect((await diff(...FOLDERS())).out).toContain("not compared: it becomes a secondary zone");
  });

  it("prints what changes for whom", async () => {
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", AFTER);
    write("b/y.yaml", "zone: y.example.\nrecords: { a: { type: A, value: 192.0.2.1 } }\n");
    const { exit, out, err } = await diff(...FOLDERS());
    expect(err).toBe("");
    expect(out).toBe(`± zone example.com.
  + new.example.com. A
      + 192.0.2.9, ttl 300
  - old.example.com. A
      - 192.0.2.9, ttl 300
  ± www.example.com. A
      clients like 30.0.0.0 (0.78 % of IPv4, less than 0.0001 % of IPv6):
        - 192.0.2.2, ttl 30
        + 192.0.2.1, ttl 30
+ zone y.example.: 2 names, 2 records
zones: 1 added, 1 changed; record sets: 1 added, 1 changed, 1 removed
`);
    expect(exit).toBe(2);
  });

  it("gives the same as JSON", async () => {
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", AFTER);
    const { exit, out } = await diff(...FOLDERS(), "--json");
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      zones: [
        {
          zone: "example.com.",
          kind: "changed",
          massChanges: [],
          rrsets: [
            { name: "new.example.com.", type: "A", kind: "added" },
            { name: "old.example.com.", type: "A", kind: "removed" },
            {
              name: "www.example.com.",
              kind: "changed",
              clients: [{ example: "30.0.0.0", share4: 2 / 256, after: "192.0.2.1, ttl 30" }],
            },
          ],
        },
      ],
    });
  });

  it("says what a reload would refuse", async () => {
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", "zone: example.com.\nrecords: { x: { type: A, value: 192.0.2.1 } }\n");
    const { out } = await diff(...FOLDERS());
    expect(out).toContain(
      "  ! 3 of 4 names would go: api.example.com., old.example.com., www.example.com.\n  ! a reload refuses this without --force\n",
    );
  });

  it("takes automatic serials on from what is served, and explicit ones as they are", async () => {
    const old = new Date("2020-01-01T00:00:00Z");
    const explicit = (serial: number): string =>
      BEFORE.replace("records:", `soa: { serial: ${serial} }\nrecords:`);
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", BEFORE);
    utimesSync(join(folder, "b/z.yaml"), old, old);
    expect((await diff(...FOLDERS())).exit).toBe(0);
    write("a/z.yaml", explicit(8));
    write("b/z.yaml", explicit(7));
    const { exit, out } = await diff(...FOLDERS());
    expect(out).toContain("  ! the serial would go back from 8 to 7\n");
    expect(exit).toBe(2);
  });

  it("compares with the copies of what is served, all healthy if no server answers", async () => {
    write("state/zones/z.yaml", BEFORE);
    write("b/z.yaml", AFTER);
    const server = {
      // Nobody listens on the first port.
      address: { kind: "tcp", address: "127.0.0.1", port: 1 },
      isNamed: false,
      tokenFile: undefined,
    } as const;
    const [state, zones] = [join(folder, "state"), join(folder, "b")];
    const files = { config: undefined, from: undefined, state, zones };
    const { exit, out, err } = await run((output) =>
      runDiff({ ...files, json: false, server }, output, READERS),
    );
    expect(exit).toBe(2);
    expect(out).toContain("± www.example.com. A");
    expect(err).toContain("All values count as healthy.");
    expect((await diff(...STATE(), "--admin", "127.0.0.1:1")).exit).toBe(69);
  });

  it("decides with the health and the overrides of the running server", async () => {
    write("state/zones/z.yaml", BEFORE);
    write("b/z.yaml", AFTER.replace("rules: [{ pool: eu }]", "rules: [{ pool: us }]"));
    const value = { value: "192.0.2.1", type: "A", lastError: "refused" };
    const report = (state: string, overrides: object[]): object => ({
      zones: [{ name: "example.com.", pools: [{ name: "eu", values: [{ ...value, state }] }] }],
      overrides,
    });
    const drain = { selector: "dc=fra", action: "drain", by: "jo", reason: null };
    for (const state of [report("down", []), report("drained", [drain])]) {
      const { out } = await withServer(state, (admin) => diff(...STATE(), "--admin", admin));
      // While 192.0.2.1 is out, Asia gets from eu's fallback what it got from us.
      expect(out).not.toContain("192.0.2.1");
    }
    const { out } = await withServer(report("up", []), (admin) =>
      diff(...STATE(), "--admin", admin),
    );
    expect(out).toContain("      - 192.0.2.1, ttl 30\n      + 192.0.2.2, ttl 30\n");
  });

  it("takes the state folder that the server names", async () => {
    write("state/zones/z.yaml", BEFORE);
    write("b/z.yaml", AFTER);
    const state = { stateDirectory: join(folder, "state"), zones: [], overrides: [] };
    const { exit, out } = await withServer(state, (admin) =>
      diff("--zones", join(folder, "b"), "--admin", admin),
    );
    expect(exit).toBe(2);
    expect(out).toContain("± www.example.com. A");
  });

  it("fails on bad files, with their errors", async () => {
    write("a/z.yaml", BEFORE);
    write("b/z.yaml", "zone: example.com.\nrecords: { x: { type: A, value: nonsense } }\n");
    const { exit, out, err } = await diff(...FOLDERS());
    expect(exit).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/z\.yaml:2:\d+: error: /);
  });
});
