import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askUdp, type Endpoint } from "../support/dns-client.ts";
import { type Message, readMessage } from "../support/message.ts";
import { startNameServer } from "../support/name-servers.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { type RunningUnbound, startUnbound } from "../support/unbound.ts";
import { until } from "../support/until.ts";

const CHILD = `
zone: gslb.example.com.
soa: { minimum: 1 }
ttl: 1
records:
  "": { type: NS, ttl: 300, values: [ns1.gslb.example.com.] }
  ns1: { type: A, ttl: 300, value: NAMESERVER }
  www: { type: A, ttl: 1, values: [192.0.2.1, 192.0.2.2, 192.0.2.3] }
  alias: { type: CNAME, ttl: 1, value: www.gslb.example.com. }
  "*.wild": { type: A, ttl: 1, value: 192.0.2.9 }
  big: { type: TXT, ttl: 1, values: [${["1", "2", "3", "4", "5", "6", "7", "8"].map((digit) => JSON.stringify(digit.repeat(250))).join(", ")}] }
`;

/** What a client of the resolver gets; the resolver may need more than one attempt of ours while it warms up. */
async function resolve(resolver: Endpoint, name: string, type = "A"): Promise<Message> {
  let message: Message | undefined;
  await until(async () => {
    const packet = query({ name, type, flags: ["rd"], edns: { size: 4096 } });
    const reply = await askUdp(resolver, packet, 5000);
    message = reply && readMessage(reply);
    return message !== undefined && message.rcode !== "SERVFAIL";
  }, `${name} resolves`);
  return message!;
}

describeWithPeers("unbound, pointed at rondo (with 0x20)", ["unbound"], () => {
  let rondo: Rondo;
  let unbound: RunningUnbound;
  beforeAll(async () => {
    rondo = await startRondo({
      zones: { "child.yaml": CHILD.replace("NAMESERVER", "127.0.0.1") },
      args: ["--workers", "1"],
    });
    unbound = await startUnbound({ "gslb.example.com": rondo.endpoint });
  });
  afterAll(async () => {
    await unbound?.stop();
    await rondo?.stop();
  });

  resolvesEverything(() => unbound);

  test("asks again when the TTL has run out, and sees the next value lead", async () => {
    const leads = new Set<string>();
    await until(async () => {
      const message = await resolve(unbound, "www.gslb.example.com");
      leads.add(message.answer[0]!.rdata);
      return leads.size === 3;
    }, "every value has led");
  });
});

// Unbound follows a delegation to port 53 only: an address of our own in 127.0.0.0/8 has that port free.
const ADDRESS = `127.${1 + (process.pid % 250)}.${1 + Math.floor(Math.random() * 250)}.53`;
const canBind53 = await new Promise<boolean>((resolve) => {
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(53, ADDRESS, () => server.close(() => resolve(true)));
});

describeWithPeers("unbound, following a delegation from NSD to rondo", ["unbound", "nsd"], () => {
  if (!canBind53) {
    const message = `Cannot bind port 53 of ${ADDRESS}: the delegation is not tested`;
    if (process.env.CI === "true") test("port 53", () => expect.fail(message));
    else process.stderr.write(`\n*** SKIPPED, NOT TESTED *** ${message}\n`);
    describe.skip("port 53", () => {});
    return;
  }
  let rondo: Rondo;
  let parent: Awaited<ReturnType<typeof startNameServer>>;
  let unbound: RunningUnbound;
  beforeAll(async () => {
    rondo = await startRondo({
      zones: { "child.yaml": CHILD.replace("NAMESERVER", ADDRESS) },
      listen: [`${ADDRESS}:53`],
    });
    parent = await startNameServer(
      "nsd",
      "example.com",
      `$ORIGIN example.com.\n$TTL 300\n@ SOA ns hostmaster 1 7200 1800 1209600 60\n@ NS ns\nns A 127.0.0.1\n` +
        `gslb NS ns1.gslb\nns1.gslb A ${ADDRESS}\n`,
    );
    unbound = await startUnbound({ "example.com": parent });
  });
  afterAll(async () => {
    await unbound?.stop();
    await parent?.stop();
    await rondo?.stop();
  });

  resolvesEverything(() => unbound);
});

function resolvesEverything(resolver: () => RunningUnbound): void {
  test("resolves a rotating name", async () => {
    const message = await resolve(resolver(), "www.gslb.example.com");
    expect(message.answer.map(({ rdata }) => rdata).sort()).toEqual([
      "192.0.2.1",
      "192.0.2.2",
      "192.0.2.3",
    ]);
  });

  test("follows an alias", async () => {
    const message = await resolve(resolver(), "alias.gslb.example.com");
    expect(message.answer.length).toBe(4);
  });

  test("resolves a wildcard", async () => {
    const message = await resolve(resolver(), "a.b.wild.gslb.example.com");
    expect(message.answer.map(({ rdata }) => rdata)).toEqual(["192.0.2.9"]);
  });

  test("learns that a name or a type is not there", async () => {
    expect((await resolve(resolver(), "nope.gslb.example.com")).rcode).toBe("NXDOMAIN");
    const noData = await resolve(resolver(), "www.gslb.example.com", "AAAA");
    expect([noData.rcode, noData.answer]).toEqual(["NOERROR", []]);
  });

  test("fetches over TCP what is too long for UDP", async () => {
    expect((await resolve(resolver(), "big.gslb.example.com", "TXT")).answer.length).toBe(8);
  });
}
