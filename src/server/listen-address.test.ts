import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatListenAddress, isWildcard, parseListenAddress } from "./listen-address.ts";

describe("parseListenAddress()", () => {
  it("reads IPv4 and bracketed IPv6 with a port", () => {
    expect(parseListenAddress("127.0.0.1:5300")).toEqual({
      address: { family: 4, octets: Uint8Array.of(127, 0, 0, 1) },
      port: 5300,
    });
    expect(parseListenAddress("[::]:53")).toEqual({
      address: { family: 6, octets: new Uint8Array(16) },
      port: 53,
    });
  });

  it("refuses everything else", () => {
    const refused = [
      "127.0.0.1",
      ":53",
      "localhost:53",
      "::1:53",
      "[127.0.0.1]:53",
      "127.0.0.1:65536",
      "127.0.0.300:53",
      "127.0.0.1:",
      "[::1]",
    ];
    for (const text of refused) expect(parseListenAddress(text), text).toBeUndefined();
  });

  it("reads back what formatListenAddress() writes", () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(octets, fc.nat(65535), (list, port) => {
        const listen = {
          address: { family: list.length === 4 ? (4 as const) : (6 as const), octets: list },
          port,
        };
        expect(parseListenAddress(formatListenAddress(listen))).toEqual(listen);
      }),
    );
  });
});

describe("isWildcard()", () => {
  it("is true for the unspecified address of either family only", () => {
    const of = (text: string) => isWildcard(parseListenAddress(text)!.address);
    expect([of("0.0.0.0:1"), of("[::]:1"), of("127.0.0.1:1"), of("[::1]:1")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
