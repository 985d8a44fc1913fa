import { describe, expect, it } from "vitest";
import { name } from "../../test/support/packet.ts";
import { parseTargets, type SavedTarget, serializeTargets } from "./saved-targets.ts";

const TARGETS: readonly SavedTarget[] = [
  {
    name: name("www.example.net."),
    type: 1,
    known: { rdata: [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)], ttl: 60 },
  },
  { name: name("www.example.net."), type: 28, known: { rdata: [], ttl: 0 } },
  {
    name: name("a\\.b.example.net."),
    type: 28,
    known: {
      rdata: [Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9)],
      ttl: 5,
    },
  },
];

describe("parseTargets()", () => {
  it("reads what serializeTargets() wrote", () => {
    expect(parseTargets(serializeTargets(TARGETS))).toEqual(TARGETS);
    expect(parseTargets(serializeTargets([]))).toEqual([]);
  });

  const [written] = JSON.parse(serializeTargets(TARGETS)).resolved as [object];
  const text = (change: object): string =>
    JSON.stringify({ format: 1, resolved: [{ ...written, ...change }] });

  it.each([
    ["nothing", ""],
    ["another format", '{"format":2,"resolved":[]}'],
    ["no list", '{"format":1}'],
    ["a null", '{"format":1,"resolved":[null]}'],
    ["no name", text({ name: undefined })],
    ["a name that is none", text({ name: "a..b." })],
    ["another type", text({ type: 15 })],
    ["addresses of another family", text({ addresses: ["2001:db8::1"] })],
    ["an address that is none", text({ addresses: ["192.0.2.256"] })],
    ["a negative TTL", text({ ttl: -1 })],
    ["a TTL that is no number", text({ ttl: "60" })],
    ["a TTL that is too large", text({ ttl: 2 ** 31 })],
  ])("ignores a file with %s whole", (_, content) => {
    expect(parseTargets(content)).toBeTypeOf("string");
  });
});
