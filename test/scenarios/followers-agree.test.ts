/**
 * What follows a steered name gives what the name itself gives, for any client, whatever the zone and whatever happens: an
 * ALIAS its answers, `auto` hints its addresses. And `explain` says so.
 */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { formatAddress, parsePrefix } from "../../src/address/parse.ts";
import { explainName } from "../../src/cli/explain-name.ts";
import type { Answer, Explanation } from "../../src/cli/explanation.ts";
import { combineDatabases } from "../../src/geo/combine-databases.ts";
import { parseName } from "../../src/wire/name.ts";
import { parseType } from "../../src/wire/rr-types.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { type Message, readMessage, scopeOf } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { type Happening, happenings, zoneText } from "../support/random-zone.ts";

const FOLLOWERS = `
  alias: { type: ALIAS, value: www.example.com. }
  short: { type: ALIAS, ttl: 7, value: alias.example.com. }
  svc: { type: HTTPS, ttl: 60, value: "1 www.example.com. alpn=h2 ipv4hint=auto ipv6hint=auto" }
  mixed:
    - type: A
      ttl: 25
      dynamic: { rules: [{ subnets: [20.0.0.0/12], pool: p1 }, { geos: [AS], pool: p2 }, { pool: p0 }] }
    - type: AAAA
      ttl: 35
      dynamic: { rules: [{ geos: [EU-DE], pool: p3 }, { pool: [p1, p2] }] }
    - { type: HTTPS, ttl: 60, value: "1 . ipv4hint=auto ipv6hint=auto" }
`;
const texts = zoneText.map((text) => text + FOLLOWERS);
const clients = fc.constantFrom(
  "20.0.0.0/24",
  "20.1.7.0/24",
  "20.0.0.0/11",
  "30.1.0.0/16",
  "40.0.0.0/8",
  "2001:db8::/48",
);

it("an ALIAS is answered as its target", () =>
  fc.assert(
    fc.property(texts, happenings, clients, (text, list, client) => {
      const served = serve(text);
      for (const happening of list) {
        happen(served, happening);
        for (const type of ["A", "AAAA"]) {
          const own = askTurns(served, "www", type, client);
          expect(askTurns(served, "alias", type, client)).toEqual(own);
          const short = own.map((answer) => ({
            ...answer,
            ttl: answer.ttl && Math.min(7, answer.ttl),
          }));
          expect(askTurns(served, "short", type, client)).toEqual(short);
          const explained = explain(served, "alias", type, client);
          expect(explained.status).toBe(own[0]!.rcode);
          expect(explained.scope).toBe(own[0]!.scope);
          expect(explained.links[0]!.answer).toEqual(
            explain(served, "www", type, client).links[0]!.answer,
          );
        }
      }
    }),
    { numRuns: 60 },
  ));

it("auto hints are the addresses that the same client gets", () =>
  fc.assert(
    fc.property(texts, happenings, clients, (text, list, client) => {
      const served = serve(text);
      for (const happening of list) {
        happen(served, happening);
        for (const [name, target] of [
          ["svc", "www"],
          ["mixed", "mixed"],
        ] as const) {
          const [v4, v6] = ["A", "AAAA"].map((type) => explain(served, target, type, client)) as [
            Explanation,
            Explanation,
          ];
          const offers = [listWindows(v4), listWindows(v6)];
          const explained = explain(served, name, "HTTPS", client);
          const { answer } = explained.links[0]!;
          const seen = [new Set<string>(), new Set<string>()];
          for (const { data } of answer!.records) {
            seen[0]!.add(readHint(data, "ipv4hint"));
            seen[1]!.add(readHint(data, "ipv6hint"));
          }
          expect(seen).toEqual(offers.map((windows) => new Set(windows.keys())));
          const ttls = [v4, v6].map((one, i) =>
            offers[i]!.has("") ? 60 : (one.links[0]!.answer?.ttl ?? 60),
          );
          expect(answer!.ttl).toBe(Math.min(60, ...ttls));
          if (!isSticky(v4) && !isSticky(v6)) {
            expect(explained.scope).toBe(Math.max(v4.scope, v6.scope));
          }
          for (const { rcode, scope, ttl, records } of askTurns(served, name, "HTTPS", client)) {
            expect({ rcode, scope, ttl }).toEqual({
              rcode: "NOERROR",
              // The addresses go with it, and those of sticky pools are every client's own.
              scope: Math.max(explained.scope, v4.scope, v6.scope),
              ttl: answer!.ttl,
            });
            expect(answer!.records.map(({ data }) => data)).toContain(formatService(records[0]!));
          }
        }
      }
    }),
    { numRuns: 60 },
  ));

interface Answered {
  readonly rcode: string;
  readonly scope: number | undefined;
  readonly ttl: number | undefined;
  readonly records: readonly string[];
}

function serve(text: string): InProcess {
  const { zone } = loadZone(text, { file: "z.yaml", changedAt: 0 });
  fc.pre(zone !== undefined);
  return serveInProcess({ "z.yaml": text });
}

function happen(served: InProcess, { down, overrides, after, failback }: Happening): void {
  served.clock.advance(after);
  served.mark(Object.fromEntries(down.map((address) => [address, "down" as const])));
  served.plane.setOverrides(overrides);
  if (failback !== undefined) served.plane.failback(failback);
}

/** Some answers in a row, after which it is everybody's turn again that it was before. */
function askTurns(served: InProcess, label: string, type: string, ecs: string): Answered[] {
  const before = served.context.rotation.slice();
  const packet = query({ name: `${label}.example.com`, type, edns: { ecs } });
  const answers = Array.from({ length: 12 }, () => read(readMessage(served.ask(packet, "udp")!)));
  served.context.rotation.set(before);
  return answers;
}

function read(message: Message): Answered {
  return {
    rcode: message.rcode,
    scope: scopeOf(message),
    ttl: message.answer[0]?.ttl,
    records: message.answer.map(({ rdata }) => rdata),
  };
}

function explain(served: InProcess, label: string, type: string, client: string): Explanation {
  const parsed = parseName(`${label}.example.com.`);
  const resolver = { family: 4 as const, octets: Uint8Array.of(127, 0, 0, 1) };
  return explainName(
    {
      name: parsed.ok ? parsed.name : Uint8Array.of(0),
      type: parseType(type)!,
      client: parsePrefix(client)!,
      resolver,
    },
    {
      ...served.plane.world,
      source: "server",
      zones: served.plane.zones.map(({ zone }) => zone),
      geo: combineDatabases([]),
    },
  );
}

/** The sets of addresses that answers may hold, as hints write them: none is "". */
function listWindows(explanation: Explanation): Map<string, Answer> {
  const { answer } = explanation.links[0]!;
  if (answer === undefined || isSticky(explanation)) return new Map([["", answer!]]);
  const { records, perAnswer } = answer;
  const all = records.map(({ data }) => data);
  const leads =
    perAnswer >= all.length ? [0] : [...all.keys()].filter((i) => records[i]!.share > 0);
  return new Map(
    leads.map((lead) => {
      const window = Array.from({ length: perAnswer }, (_, i) => all[(lead + i) % all.length]!);
      return [window.join(","), answer];
    }),
  );
}

function isSticky({ links }: Explanation): boolean {
  return links[0]!.steering!.steps.some(({ topic, rule }) => topic === "order" && rule === "A9");
}

function readHint(data: string, key: string): string {
  return new RegExp(` ${key}=(\\S+)`).exec(data)?.[1] ?? "";
}

/** Presentation form of an HTTPS record with alpn and hints, read apart from the server's own code. */
function formatService(generic: string): string {
  const rdata = Buffer.from(generic.split(" ")[2]!, "hex");
  let at = 2;
  const labels: string[] = [];
  for (; rdata[at] !== 0; at += 1 + rdata[at]!) {
    labels.push(`${rdata.toString("latin1", at + 1, at + 1 + rdata[at]!)}.`);
  }
  const parts = [String(rdata.readUInt16BE(0)), labels.join("") || "."];
  for (at++; at < rdata.length; ) {
    const key = rdata.readUInt16BE(at);
    const value = rdata.subarray(at + 4, at + 4 + rdata.readUInt16BE(at + 2));
    at += 4 + value.length;
    if (key === 1) parts.push(`alpn="${value.toString("latin1", 1)}"`);
    const size = key === 4 ? 4 : 16;
    const hints: string[] = [];
    for (let i = 0; key !== 1 && i < value.length; i += size) {
      const octets = Uint8Array.from(value.subarray(i, i + size));
      hints.push(formatAddress({ family: size === 4 ? 4 : 6, octets }));
    }
    if (key !== 1) parts.push(`ipv${key}hint=${hints.join(",")}`);
  }
  return parts.join(" ");
}
