import fc from "fast-check";
import { expect, it } from "vitest";
import { parseAddress } from "../address/parse.ts";
import { readPeerAddress } from "./peer-address.ts";

it("readPeerAddress() reads every IPv4 address, mapped to IPv6 or not, as parseAddress() does", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      const address = parseAddress(text);
      expect(readPeerAddress({ remoteAddress: text })).toEqual(address);
      expect(readPeerAddress({ remoteAddress: `::ffff:${text}` })).toEqual(address);
    }),
  );
});

it.each([
  ["2001:db8::1", "2001:db8::1"],
  ["::1", "::1"],
  ["fe80::1%eth0", "fe80::1"],
])("readPeerAddress() reads %s", (remoteAddress, text) => {
  expect(readPeerAddress({ remoteAddress })).toEqual(parseAddress(text));
});

it("readPeerAddress() knows none of a client that is gone", () => {
  expect(readPeerAddress({ remoteAddress: undefined })).toBeUndefined();
});
