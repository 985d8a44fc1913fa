import fc from "fast-check";
import { expect, it } from "vitest";
import { proxyHeader } from "../../test/support/secure-client.ts";
import {
  hasProxySignature,
  INCOMPLETE,
  INVALID,
  MAX_PROXY_HEADER_OCTETS,
  ProxyHeader,
} from "./proxy-header.ts";

const header = new ProxyHeader();

function read(octets: Uint8Array): { length: number; family: number; source: number[] } {
  // What stands behind the octets must not count.
  const room = new Uint8Array(4096).fill(0x21);
  room.set(octets);
  const length = header.read(room, octets.length);
  const { family, source } = header;
  return {
    length,
    family,
    source: [...source.subarray(0, family === 4 ? 4 : family === 6 ? 16 : 0)],
  };
}

function change(octets: Uint8Array, at: number, value: number): Uint8Array {
  return Uint8Array.from(octets, (octet, i) => (i === at ? value : octet));
}

const IPV4 = proxyHeader({ client: "203.0.113.7" });
const IPV6 = proxyHeader({ client: "2001:db8::7" });

it.each([
  ["IPv4", IPV4, 28, 4, [203, 0, 113, 7]],
  ["IPv4 over UDP", change(IPV4, 13, 0x12), 28, 4, [203, 0, 113, 7]],
  ["IPv6", IPV6, 52, 6, [0x20, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]],
  ["IPv4 in IPv6", proxyHeader({ client: "::ffff:203.0.113.7" }), 52, 4, [203, 0, 113, 7]],
  [
    "addresses and more",
    proxyHeader({ client: "203.0.113.7", extra: new Uint8Array(500) }),
    528,
    4,
    [203, 0, 113, 7],
  ],
  ["LOCAL", proxyHeader({}), 16, 0, []],
  ["LOCAL and more", proxyHeader({ extra: new Uint8Array(7) }), 23, 0, []],
  ["LOCAL with addresses, which do not count", change(IPV4, 12, 0x20), 28, 0, []],
  ["no family", change(IPV4, 13, 0x00), 28, 0, []],
])("read() reads %s", (_, octets, length, family, source) => {
  expect(read(octets)).toEqual({ length, family, source });
  expect(read(Uint8Array.from([...octets, 1, 2, 3]))).toEqual({ length, family, source });
});

it.each([
  ["version 1", Buffer.from("PROXY TCP4 203.0.113.7 127.0.0.1 1 53\r\n")],
  ["a query", Buffer.from("1234010000010000000000000161000001000100", "hex")],
  ["another version", change(IPV4, 12, 0x31)],
  ["an unknown command", change(IPV4, 12, 0x22)],
  ["Unix sockets", change(IPV4, 13, 0x31)],
  ["an unknown family", change(IPV4, 13, 0x41)],
  ["IPv4 addresses that do not fit", change(IPV4, 15, 11)],
  ["IPv6 addresses that do not fit", change(IPV6, 15, 35)],
  ["more than any proxy says", change(IPV4, 14, 9)],
])("read() refuses %s", (_, octets) => {
  expect(read(octets).length).toBe(INVALID);
});

it("read() asks for more until the header is whole, however it is cut", () => {
  for (const octets of [IPV4, IPV6, proxyHeader({ extra: new Uint8Array(7) })]) {
    for (let cut = 0; cut < octets.length; cut++) {
      expect(read(octets.subarray(0, cut)).length).toBe(INCOMPLETE);
    }
  }
});

it("read() takes whatever comes, and never more than it was given", () => {
  const mutated = fc
    .tuple(fc.constantFrom(IPV4, IPV6, proxyHeader({})), fc.nat(60), fc.nat(255), fc.nat(600))
    .map(([octets, at, value, length]) => change(octets, at, value).subarray(0, length));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 4096 })), (octets) => {
      const { length } = read(octets);
      expect(length).toBeLessThanOrEqual(Math.min(octets.length, MAX_PROXY_HEADER_OCTETS));
    }),
  );
});

it("hasProxySignature() knows a header by its first twelve octets", () => {
  expect(hasProxySignature(IPV4, 12)).toBe(true);
  expect(hasProxySignature(IPV4, 11)).toBe(false);
  expect(hasProxySignature(change(IPV4, 11, 0), 28)).toBe(false);
});
