import fc from "fast-check";
import { expect, test } from "vitest";
import { listContent } from "../../test/support/zone-content.ts";
import { wireName } from "../../test/support/zone-transfer.ts";
import { NameTable } from "../zone/master/name-table.ts";
import type { RRset } from "../zone/model.ts";
import { tabulateRRsets } from "../zone/tabulate-rrsets.ts";
import { decodeState, encodeState } from "./encode-state.ts";

const APEX = wireName("example.net.");
const RRSETS: readonly RRset[] = [
  {
    owner: APEX,
    type: 2,
    ttl: 300,
    rdata: [wireName("Ns1.example.net."), wireName("ns2.example.net.")],
    answers: undefined,
  },
  {
    owner: wireName("www.example.net."),
    type: 1,
    ttl: 0x7fff_ffff,
    rdata: [Uint8Array.of(192, 0, 2, 1)],
    answers: undefined,
  },
];
const OCTETS = encode(RRSETS, 2 ** 33 + 5);

function encode(rrsets: readonly RRset[], freshAt: number): Uint8Array {
  return encodeState(APEX, tabulateRRsets(rrsets, new NameTable()), freshAt);
}

test("decodeState() reads what encodeState() wrote", () => {
  const state = decodeState(OCTETS, APEX);
  if (typeof state === "string") throw new Error(state);
  expect(state.freshAt).toBe(2 ** 33 + 5);
  expect(listContent(state.content)).toEqual(RRSETS);
});

test("decodeState() refuses octets that are cut short or changed anywhere", () => {
  for (let length = 0; length < OCTETS.length; length++) {
    expect(decodeState(OCTETS.subarray(0, length), APEX)).toBeTypeOf("string");
  }
  fc.assert(
    fc.property(fc.nat(OCTETS.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = OCTETS.slice();
      changed[at]! ^= flip;
      expect(decodeState(changed, APEX)).toBeTypeOf("string");
    }),
  );
});

test("decodeState() says what the octets are instead", () => {
  const other = Buffer.from(OCTETS);
  other.write("2", "rondo secondary zone ".length);
  expect(decodeState(other, APEX)).toBe("it is not of this version of the format");
  expect(decodeState(OCTETS, wireName("example.org."))).toBe("it is of another zone");
  expect(decodeState(new Uint8Array(0), APEX)).toBe("it is not of this version of the format");
});

test.for<[string, RRset]>([
  ["a record of another zone", { ...RRSETS[1]!, owner: wireName("www.example.org.") }],
  ["data that is none", { ...RRSETS[1]!, rdata: [Uint8Array.of(1)] }],
  ["a name without end", { ...RRSETS[0]!, rdata: [Uint8Array.of(3, 97)] }],
])("decodeState() refuses %s, though the digest is right", ([, rrset]) => {
  expect(decodeState(encode([rrset], 1), APEX)).toBe("a record is malformed");
});

test("decodeState() takes the same record once", () => {
  const twice = { ...RRSETS[1]!, rdata: [...RRSETS[1]!.rdata, ...RRSETS[1]!.rdata] };
  const state = decodeState(encode([twice], 1), APEX);
  if (typeof state === "string") throw new Error(state);
  expect(listContent(state.content)).toEqual([RRSETS[1]]);
});
