import fc from "fast-check";
import { expect, test } from "vitest";
import { assertSecondOpinion, readMessage } from "../../test/support/message.ts";
import { nameOf, question } from "../../test/support/packet.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName } from "../wire/name.ts";
import { TYPE_A, TYPE_MX, TYPE_NS, TYPE_SOA, TYPE_SRV } from "../wire/rr-types.ts";
import { MessagePacker, type TransferRecord } from "./message-packer.ts";

/** Few labels, so that names share their ends; some differ in case alone. */
const label = fc.constantFrom("a", "A", "bb", "example", "com", "x".repeat(63));
const anyName = fc
  .array(label, { maxLength: 6 })
  .map((labels) => nameOf(...labels))
  .filter(({ length }) => length <= 255);
const record: fc.Arbitrary<TransferRecord> = fc
  .tuple(
    anyName,
    anyName,
    anyName,
    fc.constantFrom(TYPE_A, TYPE_NS, TYPE_MX, TYPE_SRV, TYPE_SOA),
    fc.nat(2 ** 31),
  )
  .map(([owner, first, second, type, ttl]) => ({
    owner,
    type,
    ttl,
    rdata: rdataOf(type, first, second),
  }));

function rdataOf(type: number, first: Uint8Array, second: Uint8Array): Uint8Array {
  switch (type) {
    case TYPE_A:
      return Uint8Array.of(192, 0, 2, 1);
    case TYPE_NS:
      return first;
    case TYPE_MX:
      return Uint8Array.of(0, 10, ...first);
    case TYPE_SRV:
      return Uint8Array.of(0, 1, 0, 2, 0, 3, ...first);
    default:
      return Uint8Array.of(...first, ...second, ...new Uint8Array(20));
  }
}

function toLine({ owner, type, ttl, rdata }: TransferRecord): string {
  return `${formatName(owner)} ${ttl} ${type} ${formatRdata(type, rdata)}`;
}

function pack(packer: MessagePacker, records: readonly TransferRecord[], limit: number) {
  packer.begin(0x1234, 0x8400, question("example.com", 252), limit);
  const packed = records.findIndex((each) => !packer.add(each));
  const octets = packer.octets.slice(0, packer.finish());
  return { octets, packed: packed < 0 ? records.length : packed };
}

test("MessagePacker writes what strict readers read back, in any case", () => {
  // One for all: nothing may be left of the message before.
  const packer = new MessagePacker();
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 40 }),
      fc.integer({ min: 100, max: 9000 }),
      (records, limit) => {
        const { octets, packed } = pack(packer, records, limit);
        expect(octets.length).toBeLessThanOrEqual(Math.max(limit, 29));
        const message = readMessage(octets);
        assertSecondOpinion(octets, message);
        const read = message.answer.map(
          ({ owner, ttl, type, rdata }) => `${owner} ${ttl} ${type} ${rdata}`,
        );
        expect(read).toEqual(records.slice(0, packed).map(toLine));
      },
    ),
  );
});

test("MessagePacker leaves no end of a name twice in the octets a pointer reaches", () => {
  const owners = Array.from({ length: 500 }, (_, i) =>
    nameOf(`host${i}`, "department", "example", "com"),
  );
  const records = owners.map((owner) => ({
    owner,
    type: TYPE_NS,
    ttl: 1,
    rdata: nameOf("ns", "department", "example", "com"),
  }));
  const { octets, packed } = pack(new MessagePacker(), records, 65_535);
  expect(packed).toBe(500);
  // Of an owner its first label and a pointer, of the rdata a pointer.
  const expected =
    12 + 17 + 500 * (10 + 2) + owners.reduce((sum, owner) => sum + 1 + owner[0]! + 2, 0);
  expect(octets.length).toBeLessThanOrEqual(expected + 30);
  expect(readMessage(octets).answer.at(-1)).toMatchObject({
    owner: "host499.department.example.com.",
    rdata: "ns.department.example.com.",
  });
});

test("MessagePacker compresses nothing in rdata that readers may not know (RFC 3597)", () => {
  const target = nameOf("target", "example", "com");
  const rdata = Uint8Array.of(0, 1, 0, 2, 0, 3, ...target);
  const { octets } = pack(
    new MessagePacker(),
    [{ owner: target, type: TYPE_SRV, ttl: 1, rdata }],
    512,
  );
  expect(octets.subarray(-rdata.length)).toEqual(rdata);
});
