import { expect, test } from "vitest";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

const [A, AAAA, HTTPS] = [1, 28, 65];

const ZONE = `zone: example.com.
pools:
  both: { values: [192.0.2.1, 192.0.2.2, "2001:db8::1"] }
records:
  "": { type: NS, value: ns.example.org. }
  www:
    - { type: [A, AAAA], ttl: 30, dynamic: { rules: [{ pool: both }] } }
    - { type: HTTPS, value: "1 . alpn=h2 ipv4hint=auto" }
  six: { type: HTTPS, value: "1 www.example.com. ipv6hint=auto" }
  two: { type: HTTPS, values: ["1 www.example.com. ipv4hint=auto", "2 www.example.com. port=8443"] }
  plain: [{ type: A, value: 192.0.2.9 }, { type: AAAA, value: "2001:db8::9" }, { type: HTTPS, value: "1 . alpn=h2" }]
  fixed:
    - { type: A, value: 192.0.2.8 }
    - { type: AAAA, value: "2001:db8::8" }
    - { type: HTTPS, value: "1 . ipv4hint=auto" }
  none: [{ type: A, value: 192.0.2.7 }, { type: HTTPS, value: "0 ." }]
  alias: { type: CNAME, value: www.example.com. }
  wildly: { type: HTTPS, values: ["1 a.wild.example.com. ipv4hint=auto", "2 b.wild.example.com. ipv4hint=auto"] }
  "*.wild":
    - { type: [A, AAAA], ttl: 30, dynamic: { rules: [{ pool: both }] } }
    - { type: HTTPS, value: "1 . ipv6hint=auto" }
`;

const rondo = serveInProcess({ "example.com.yaml": ZONE });

/** The additional section of the answer to a question for HTTPS. */
function ask(name: string, server: InProcess = rondo): string[] {
  const message = readMessage(
    server.ask(query({ name: `${name}.example.com`, type: "HTTPS" }), "udp")!,
  );
  expect(message.answer.some(({ type }) => type === HTTPS)).toBe(true);
  return message.additional.map(({ owner, type, rdata }) => `${owner} ${type} ${rdata}`).toSorted();
}

function addressesOf(owner: string): string[] {
  return [
    `${owner}.example.com. ${A} 192.0.2.1`,
    `${owner}.example.com. ${A} 192.0.2.2`,
    `${owner}.example.com. ${AAAA} 2001:db8::1`,
  ];
}

test("a service record with hints of one family comes with the addresses of both", () => {
  expect(ask("www")).toEqual(addressesOf("www"));
  const [service, ...addresses] = ask("six").toReversed();
  expect(addresses.toReversed()).toEqual(addressesOf("www"));
  expect(service).toMatch(/^www\.example\.com\. 65 /);
});

test("a target that several records have stands there once", () => {
  const found = ask("two");
  expect(found.slice(0, 3)).toEqual(addressesOf("www"));
  expect(found).toHaveLength(4);
});

test("targets that a wildcard stands for have their addresses each", () => {
  const found = ask("wildly");
  expect(found).toEqual(
    expect.arrayContaining([...addressesOf("a.wild"), ...addressesOf("b.wild")]),
  );
});

test("the addresses of a record whose target is its owner go with it, steered or not", () => {
  expect(ask("plain")).toEqual([
    "plain.example.com. 1 192.0.2.9",
    "plain.example.com. 28 2001:db8::9",
  ]);
  expect(ask("fixed")).toEqual([
    "fixed.example.com. 1 192.0.2.8",
    "fixed.example.com. 28 2001:db8::8",
  ]);
  expect(ask("x.wild")).toEqual(addressesOf("x.wild"));
  expect(ask("alias")).toEqual(addressesOf("www"));
  // There is no such service (RFC 9460 §2.5.1).
  expect(ask("none")).toEqual([]);
});

test("what is down is no address of a service either", () => {
  const zone = ZONE.replace("both: {", "both: { healthcheck: { protocol: TCP, port: 443 },");
  const server = serveInProcess({ "example.com.yaml": zone });
  server.mark({ "192.0.2.1": "down" });
  expect(ask("www", server)).toEqual(addressesOf("www").slice(1));
});
