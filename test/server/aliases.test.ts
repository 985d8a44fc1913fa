/** ALIAS records of a running server: a resolver that it asks, checks of what that says, and what outlives both. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findSharedPort, nextNetwork } from "../support/checked-zone.ts";
import { startDatacenter } from "../support/datacenter.ts";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { addressOctets, query } from "../support/packet.ts";
import {
  QUESTION,
  type ResolverServer,
  recordOf,
  replyTo,
  startResolver,
} from "../support/resolver-server.ts";
import { createFolder, type Rondo, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const HEAD = `
zone: example.com.
records:
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  "":
    - { type: NS, values: [ns1.example.com., ns2.example.com.] }
`;

function configOf({ port }: { readonly port: number }): string {
  return `resolver: ["127.0.0.1:${port}"]\ngeo: { databases: [] }\n`;
}

/** A resolver that knows these A records of any name, for 1 s. */
async function resolve(addresses: readonly string[], port?: number): Promise<ResolverServer> {
  const server = await startResolver((packet) => {
    const isA = packet.at(-14) === 1;
    const answers = (isA ? addresses : []).map((address) =>
      recordOf(QUESTION, 1, 1, addressOctets(address)),
    );
    return [replyTo(packet, { answers })];
  }, port);
  stops.push(server.stop);
  return server;
}

async function start(options: Parameters<typeof startRondo>[0]): Promise<Rondo> {
  const rondo = await startRondo(options);
  stops.push(() => rondo.stop().catch(() => undefined));
  return rondo;
}

/** The addresses of the apex, or the RCODE. */
async function ask({ endpoint }: Rondo): Promise<string> {
  const { rcode, answer } = readMessage((await askUdp(endpoint, query({ name: "example.com" })))!);
  return rcode === "NOERROR"
    ? answer
        .map(({ rdata }) => rdata)
        .sort()
        .join(" ")
    : rcode;
}

test("addresses of a target outside follow the resolver, and outlive it and the server", async () => {
  const addresses = ["192.0.2.1", "192.0.2.2"];
  const resolver = await resolve(addresses);
  const folder = createFolder();
  stops.push(async () => rmSync(folder, { recursive: true }));
  const zone = `${HEAD}    - { type: ALIAS, value: www.example.net. }\n`;
  const options = { zones: { "example.com.yaml": zone }, config: configOf(resolver), folder };
  const first = await start(options);
  await until(async () => (await ask(first)) === "192.0.2.1 192.0.2.2");

  addresses[1] = "192.0.2.3";
  await until(async () => (await ask(first)) === "192.0.2.1 192.0.2.3");

  const { stdout } = await runRondo(
    "explain",
    "example.com",
    "--client",
    "127.0.0.1",
    "--admin",
    first.admin,
  );
  expect(stdout).toContain("example.com. A for 127.0.0.1/32: NOERROR");
  expect(stdout).toMatch(/ALIAS of www\.example\.net\.; .* is in no zone of this server/);
  const status = await runRondo("status", "--admin", first.admin);
  expect(status.stdout).toContain("192.0.2.3");

  await resolver.stop();
  await first.waitForOutput(/www\.example\.net\. A cannot be resolved/);
  expect(await ask(first)).toBe("192.0.2.1 192.0.2.3");
  const saved = join(first.stateFolder, "resolved.json");
  await until(() => existsSync(saved) && readFileSync(saved, "utf8").includes("192.0.2.3"));
  await first.stop();

  // The resolver is gone, and rondo knows all the same.
  const second = await start(options);
  expect(await ask(second)).toBe("192.0.2.1 192.0.2.3");
});

test("addresses of a target outside are checked if the record says so", async () => {
  const network = nextNetwork();
  const [near, far] = [`${network}.1`, `${network}.2`];
  const port = await findSharedPort([near, far]);
  const centers = await Promise.all([near, far].map((address) => startDatacenter(address, port)));
  stops.push(...centers.map(({ close }) => close));
  const resolver = await resolve([near, far]);
  const check = `{ protocol: HTTP, port: ${port}, path: /, profile: fast }`;
  const zone = `${HEAD}    - { type: ALIAS, value: www.example.net., healthcheck: ${check} }\n`;
  const rondo = await start({
    zones: { "example.com.yaml": zone },
    config: configOf(resolver),
  });
  await until(async () => (await ask(rondo)) === `${near} ${far}`);
  await centers[0]!.become("503");
  await until(async () => (await ask(rondo)) === far);
  await centers[1]!.become("503");
  // Both are down: that may be anything, and answering nobody is worse.
  await until(async () => (await ask(rondo)) === `${near} ${far}`);
});

test("without a resolver an ALIAS to elsewhere fails, until its target comes to this server", async () => {
  const zone = `${HEAD}    - { type: ALIAS, value: www.example.net. }\n`;
  const rondo = await start({ zones: { "example.com.yaml": zone } });
  expect(await ask(rondo)).toBe("SERVFAIL");
  expect(rondo.output()).toContain("ALIAS records to www.example.net. fail");
  rondo.writeZone(
    "example.net.yaml",
    `zone: example.net.\nrecords:\n  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }\n  www: { type: A, value: 192.0.2.80 }\n`,
  );
  await until(async () => (await ask(rondo)) === "192.0.2.80");
});
