/** Random rdata of every record type we have a layout of, well-formed and as its author would have it. */
import fc from "fast-check";
import { IPV4, IPV6 } from "../../src/rdata/address-codecs.ts";
import {
  BASE64,
  DASHED_BASE64,
  EUI48,
  EUI64,
  HASH,
  HEX,
  NODE_ID,
  NSAP,
  OPTIONAL_BASE64,
  SALT,
} from "../../src/rdata/binary-codecs.ts";
import { OLD_TYPES, SERVICES, TYPES } from "../../src/rdata/bitmap-codecs.ts";
import type { FieldCodec } from "../../src/rdata/field-codec.ts";
import { HOST_IDENTITY } from "../../src/rdata/host-identity-codec.ts";
import { LOCATION } from "../../src/rdata/location-codec.ts";
import { ALGORITHM, CERTIFICATE, PROTOCOL, SCHEME } from "../../src/rdata/mnemonic-codecs.ts";
import { MAILBOX, NAME, NAMES } from "../../src/rdata/name-codecs.ts";
import { MOMENT, TIME, TYPE, U8, U16, U32, U64 } from "../../src/rdata/number-codecs.ts";
import { PREFIXES } from "../../src/rdata/prefix-codec.ts";
import { RDATA_LAYOUTS } from "../../src/rdata/rdata-layouts.ts";
import { PARAMS } from "../../src/rdata/service-codec.ts";
import { OPTIONAL_STRING, STRING, STRINGS, TAG, TEXT } from "../../src/rdata/text-codecs.ts";
import { parseType } from "../../src/wire/rr-types.ts";
import { concat, u16, u32 } from "./packet.ts";

/** Rdata of a type; every type of `RDATA_LAYOUTS` has some. */
export function randomRdata(type: number): fc.Arbitrary<Uint8Array> {
  const own = OWN.get(type);
  if (own !== undefined) return own;
  const fields = RDATA_LAYOUTS.get(type)?.fields ?? [];
  return sequence(
    ...fields.map(({ name, codec }) => {
      const part = PARTS.get(codec);
      if (part === undefined) throw new RangeError(`Cannot make up ${name} of type ${type}`);
      return part;
    }),
  );
}

const octets = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });
const sequence = (...parts: fc.Arbitrary<Uint8Array>[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(...parts).map((all) => concat(...all));
const several = (
  part: fc.Arbitrary<Uint8Array>,
  least: number,
  most: number,
): fc.Arbitrary<Uint8Array> =>
  fc.array(part, { minLength: least, maxLength: most }).map((all) => concat(...all));
/** A length octet in front. */
const prefixed = (part: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  part.map((all) => concat(Uint8Array.of(all.length), all));
const numbers = (most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min: 1, max: most }), { maxLength: 8 });

const name = several(prefixed(octets(1, 12)), 0, 4).map((labels) =>
  concat(labels, Uint8Array.of(0)),
);
const string = prefixed(octets(0, 30));

function bitmap(set: readonly number[]): Uint8Array {
  const bits = new Uint8Array(Math.max(0, ...set.map((one) => (one >> 3) + 1)));
  for (const one of set) bits[one >> 3] = (bits[one >> 3] ?? 0) | (0x80 >> (one & 7));
  return bits;
}

/** Windows of RFC 4034 §4.1.2. */
const types = numbers(0xfffe).map((set) => {
  const windows = [...new Set(set.map((one) => one >> 8))].sort((a, b) => a - b);
  return concat(
    ...windows.map((window) => {
      const bits = bitmap(set.filter((one) => one >> 8 === window).map((one) => one & 0xff));
      return concat(Uint8Array.of(window, bits.length), bits);
    }),
  );
});

const prefixes = several(
  fc
    .tuple(fc.boolean(), fc.boolean(), fc.nat(128), octets(16, 16))
    .map(([isV6, not, bits, address]) => {
      const own = address.slice(0, isV6 ? 16 : 4);
      const prefix = Math.min(bits, 8 * own.length);
      // BIND takes no prefix with bits behind it.
      const masked = own.map(
        (octet, i) => octet & (0xff00 >> Math.max(0, Math.min(8, prefix - 8 * i))) & 0xff,
      );
      let length = masked.length;
      while (length > 0 && masked[length - 1] === 0) length -= 1;
      const head = Uint8Array.of(0, isV6 ? 2 : 1, prefix, (not ? 0x80 : 0) + length);
      return concat(head, masked.slice(0, length));
    }),
  0,
  4,
);

/** One digit other than 0 and a power of ten, or nothing at all. */
const size = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9))
  .map(([digit, power]) => digit * 16 + power);
const angle = (degrees: number): fc.Arbitrary<Uint8Array> =>
  fc
    .integer({ min: -degrees * 3_600_000, max: degrees * 3_600_000 })
    .map((value) => u32(value + 2 ** 31));
const location = sequence(
  fc.tuple(size, size, size).map((sizes) => Uint8Array.of(0, ...sizes)),
  angle(90),
  angle(180),
  fc.nat(0xffff_ffff).map(u32),
);

const param = (key: number, value: Uint8Array): Uint8Array =>
  concat(u16(key), u16(value.length), value);
const values: readonly fc.Arbitrary<Uint8Array>[] = [
  several(prefixed(octets(1, 10)), 1, 3).map((value) => param(1, value)),
  octets(2, 2).map((value) => param(3, value)),
  several(octets(4, 4), 1, 3).map((value) => param(4, value)),
  octets(1, 20).map((value) => param(5, value)),
  several(octets(16, 16), 1, 3).map((value) => param(6, value)),
  fc.constant(param(7, Buffer.from("/q{?dns}"))),
  octets(0, 20).map((value) => param(667, value)),
];
const params = fc
  .subarray([...values.keys()], { minLength: 0 })
  .chain((keys) => sequence(...keys.map((key) => values[key] ?? octets(0, 0))));
const service = sequence(fc.integer({ min: 1, max: 0xffff }).map(u16), name, params);

const GATEWAYS = [octets(0, 0), octets(4, 4), octets(16, 16), name] as const;
const digest = fc
  .constantFrom([1, 20], [2, 32], [4, 48])
  .chain(([type = 0, length = 0]) =>
    sequence(octets(3, 3), fc.constant(Uint8Array.of(type)), octets(length, length)),
  );

const PARTS: ReadonlyMap<FieldCodec, fc.Arbitrary<Uint8Array>> = new Map([
  [U8, octets(1, 1)],
  [U16, octets(2, 2)],
  [U32, octets(4, 4)],
  [U64, octets(8, 8)],
  [TIME, octets(4, 4)],
  [MOMENT, octets(4, 4)],
  [TYPE, fc.integer({ min: 1, max: 0xfffe }).map(u16)],
  [ALGORITHM, fc.integer({ min: 1, max: 16 }).map((value) => Uint8Array.of(value))],
  [CERTIFICATE, fc.integer({ min: 1, max: 8 }).map(u16)],
  [PROTOCOL, fc.constantFrom(Uint8Array.of(6), Uint8Array.of(17))],
  [SCHEME, octets(1, 1)],
  [NAME, name],
  [MAILBOX, name],
  [NAMES, several(name, 0, 3)],
  [STRING, string],
  [OPTIONAL_STRING, fc.oneof(octets(0, 0), string)],
  [STRINGS, several(string, 1, 4)],
  [
    TAG,
    fc
      .stringMatching(/^[a-z0-9]{1,15}$/)
      .map((tag) => concat(Uint8Array.of(tag.length), Buffer.from(tag))),
  ],
  [TEXT, octets(1, 40)],
  [BASE64, octets(1, 60)],
  [OPTIONAL_BASE64, octets(1, 60)],
  [DASHED_BASE64, octets(0, 60)],
  [HEX, octets(1, 60)],
  [SALT, prefixed(octets(0, 20))],
  [HASH, prefixed(octets(20, 20))],
  [EUI48, octets(6, 6)],
  [EUI64, octets(8, 8)],
  [NODE_ID, octets(8, 8)],
  [NSAP, octets(1, 20)],
  [TYPES, types],
  [OLD_TYPES, numbers(127).map(bitmap)],
  [SERVICES, numbers(2000).map(bitmap)],
  [PREFIXES, prefixes],
  [LOCATION, location],
  [IPV4, octets(4, 4)],
  [IPV6, octets(16, 16)],
  [PARAMS, params],
  [
    HOST_IDENTITY,
    fc
      .tuple(octets(1, 1), octets(1, 20), octets(1, 60))
      .map(([algorithm, tag, key]) =>
        concat(Uint8Array.of(tag.length), algorithm, u16(key.length), tag, key),
      ),
  ],
]);

function prefix(text: string): Uint8Array {
  return concat(Uint8Array.of(text.length), Buffer.from(text));
}

/** A TTL has 31 bits (RFC 2181 §8). */
const signature = sequence(
  octets(3, 3),
  fc.constant(Uint8Array.of(10)),
  fc.nat(0x7fff_ffff).map(u32),
  octets(10, 10),
  name,
  octets(1, 60),
);

/** Types whose parts depend on each other. */
const OWN: ReadonlyMap<number, fc.Arbitrary<Uint8Array>> = new Map(
  Object.entries({
    X25: prefixed(fc.stringMatching(/^[0-9]{4,20}$/).map((digits) => Buffer.from(digits))),
    // Flags of a key that is there (RFC 2535 §3.1.2).
    NSEC: sequence(
      name,
      types.filter((bits) => bits.length > 0),
    ),
    RRSIG: signature,
    SIG: signature,
    KEY: sequence(fc.nat(0x0fff).map(u16), octets(2, 2), octets(1, 60)),
    RKEY: sequence(fc.constant(u16(0)), octets(2, 2), octets(1, 60)),
    // A substitution is no text like any other (RFC 3402 §3.2).
    NAPTR: sequence(
      octets(4, 4),
      prefixed(fc.stringMatching(/^[A-Z0-9]{0,4}$/).map((flags) => Buffer.from(flags))),
      string,
      fc
        .stringMatching(/^[a-z"; .]{0,10}$/)
        .map((text) => prefix(text === "" ? "" : `!^(.*)$!${text}\\1!i`)),
      name,
    ),
    DS: digest,
    CDS: digest,
    TA: digest,
    DLV: digest,
    SVCB: service,
    HTTPS: service,
    // 384 bits, as its only hash algorithms in use have (RFC 8976 §2.2.3).
    ZONEMD: sequence(octets(4, 4), fc.constant(Uint8Array.of(1, 1)), octets(48, 48)),
    IPSECKEY: fc
      .nat(3)
      .chain((kind) =>
        sequence(
          octets(1, 1),
          fc.constant(Uint8Array.of(kind, 2)),
          GATEWAYS[kind] ?? name,
          octets(1, 60),
        ),
      ),
    AMTRELAY: fc
      .tuple(fc.nat(3), fc.boolean())
      .chain(([kind, bit]) =>
        sequence(
          octets(1, 1),
          fc.constant(Uint8Array.of(kind + (bit ? 0x80 : 0))),
          GATEWAYS[kind] ?? name,
        ),
      ),
  }).map(([mnemonic, rdata]) => [parseType(mnemonic) ?? 0, rdata]),
);
