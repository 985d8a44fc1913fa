import { expect, it } from "vitest";
import { listenAt } from "../../test/support/listen-at.ts";
import { formatListenAddress, isWildcard } from "./listen-address.ts";

it("formatListenAddress() writes an address and its port, with brackets around IPv6", () => {
  const texts = ["127.0.0.1:5300", "0.0.0.0:65535", "[::]:53", "[2001:db8::1]:1"];
  expect(texts.map((text) => formatListenAddress(listenAt(text)))).toEqual(texts);
});

it("isWildcard() is true for the unspecified address of either family only", () => {
  const texts = ["0.0.0.0:1", "[::]:1", "127.0.0.1:1", "[::1]:1"];
  const wildcards = texts.filter((text) => isWildcard(listenAt(text).address));
  expect(wildcards).toEqual(["0.0.0.0:1", "[::]:1"]);
});
