/** ALIAS records and hints as other people's resolvers and tools see them, and unbound as the resolver that is asked. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { type RunningNameServer, startNameServer } from "../support/name-servers.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers, runPeer } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { type RunningUnbound, startUnbound } from "../support/unbound.ts";
import { until } from "../support/until.ts";

const ZONE = `
zone: example.com.
ttl: 60
networks:
  192.0.2.0/25: { geo: EU-DE }
pools:
  eu: { values: [198.51.100.1, "2001:db8::1"] }
  na: { values: [198.51.100.2, "2001:db8::2"] }
records:
  "":
    - { type: NS, ttl: 1d, values: [ns1.example.com., ns2.example.com.] }
    - { type: ALIAS, value: www.example.com. }
    - { type: HTTPS, value: 1 . alpn=h2 ipv4hint=auto ipv6hint=auto }
  ns1: { type: A, ttl: 1d, value: 192.0.2.53 }
  ns2: { type: A, ttl: 1d, value: 192.0.2.54 }
  www:
    type: [A, AAAA]
    ttl: 30
    dynamic: { rules: [{ geos: [EU], pool: eu }, { pool: na }] }
  out: { type: ALIAS, value: cdn.example.net. }
`;

const ELSEWHERE = `$TTL 30
@ IN SOA ns hostmaster 1 7200 1800 1209600 60
@ IN NS ns
ns IN A 127.0.0.1
cdn IN CNAME edge
edge IN A 203.0.113.7
edge IN A 203.0.113.8
edge IN AAAA 2001:db8:7::7
`;

describeWithPeers("dig, unbound and NSD", ["dig", "unbound", "nsd"], () => {
  let elsewhere: RunningNameServer;
  let asked: RunningUnbound;
  let rondo: Rondo;
  let cache: RunningUnbound;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    elsewhere = await startNameServer("nsd", "example.net", ELSEWHERE);
    stops.push(() => elsewhere.stop());
    asked = await startUnbound({ "example.net": elsewhere });
    stops.push(() => asked.stop());
    rondo = await startRondo({
      zones: { "example.com.yaml": ZONE },
      config: `resolver: ["127.0.0.1:${asked.port}"]\ngeo: { databases: [] }\n`,
    });
    stops.push(() => rondo.stop());
    cache = await startUnbound({ "example.com": rondo.endpoint });
    stops.push(() => cache.stop());
  }, 60_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  async function dig(...args: string[]): Promise<string[]> {
    const { address, port } = rondo.endpoint;
    const { stdout } = await runPeer("dig", [`@${address}`, "-p", String(port), "+short", ...args]);
    return stdout.trim().split("\n").sort();
  }

  describe("dig", () => {
    test("sees addresses at the apex, those of the client's place", async () => {
      expect(await dig("example.com", "A", "+subnet=192.0.2.0/24")).toEqual(["198.51.100.1"]);
      expect(await dig("example.com", "AAAA", "+subnet=203.0.113.0/24")).toEqual(["2001:db8::2"]);
      expect(await dig("example.com", "CNAME")).toEqual([""]);
    });

    test("reads the hints that follow them", async () => {
      expect(await dig("example.com", "HTTPS", "+subnet=192.0.2.0/24")).toEqual([
        '1 . alpn="h2" ipv4hint=198.51.100.1 ipv6hint=2001:db8::1',
      ]);
      expect(await dig("example.com", "HTTPS", "+subnet=203.0.113.0/24")).toEqual([
        '1 . alpn="h2" ipv4hint=198.51.100.2 ipv6hint=2001:db8::2',
      ]);
    });

    test("sees what unbound has found out of a target elsewhere", async () => {
      await until(
        async () => (await dig("out.example.com", "A")).length > 1,
        "the target is resolved",
      );
      expect(await dig("out.example.com", "A")).toEqual(["203.0.113.7", "203.0.113.8"]);
      expect(await dig("out.example.com", "AAAA")).toEqual(["2001:db8:7::7"]);
    });
  });

  test("unbound resolves an ALIAS at the apex, and HTTPS records, through rondo", async () => {
    const ask = async (name: string, type: string): Promise<string[]> => {
      const packet = query({ name, type, flags: ["rd"] });
      const { rcode, answer } = readMessage((await askUdp(cache, packet))!);
      expect(rcode).toBe("NOERROR");
      return answer.map(({ owner, rdata }) => `${owner} ${rdata}`);
    };
    expect(await ask("example.com", "A")).toEqual(["example.com. 198.51.100.2"]);
    expect(await ask("example.com", "AAAA")).toEqual(["example.com. 2001:db8::2"]);
    expect(await ask("example.com", "HTTPS")).toHaveLength(1);
    expect((await ask("out.example.com", "A")).sort()).toEqual([
      "out.example.com. 203.0.113.7",
      "out.example.com. 203.0.113.8",
    ]);
  });
});
