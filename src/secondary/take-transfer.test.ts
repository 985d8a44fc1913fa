import { expect, test } from "vitest";
import { findRRset, listContent } from "../../test/support/zone-content.ts";
import {
  address,
  ns,
  record,
  soa,
  type TransferRecord,
  wireName,
  writeMessage,
} from "../../test/support/zone-transfer.ts";
import { formatName } from "../wire/name.ts";
import { takeTransfer } from "./take-transfer.ts";
import { ZoneContent } from "./zone-content.ts";

const ZONE = "example.net.";
const apex = wireName(ZONE);
const NS = ns(ZONE, "Ns1.Example.NET.");
const WWW = address("www.example.net.", "192.0.2.1");

/** The records in messages of a few each. */
function split(records: readonly TransferRecord[], perMessage = 2): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let i = 0; i < records.length; i += perMessage) {
    const question = i === 0 ? { name: ZONE, type: "AXFR" } : undefined;
    messages.push(writeMessage({ question, answers: records.slice(i, i + perMessage) }));
  }
  return messages;
}

function whole(...records: TransferRecord[]): {
  content: ZoneContent;
  problem: string | undefined;
} {
  const content = new ZoneContent();
  const messages = split([soa(ZONE, 1), ...records, soa(ZONE, 1)]);
  return { content, problem: takeTransfer(messages, apex, undefined, content) };
}

function show(content: ZoneContent): string[] {
  return listContent(content)
    .map(({ owner, type, ttl, rdata }) => `${formatName(owner)} ${type} ${ttl} ${rdata.length}`)
    .sort();
}

/** Changes from serial 1 to what ends in serial 2, applied to NS and WWW. */
function change(deleted: TransferRecord[], added: TransferRecord[]): ReturnType<typeof whole> {
  const { content } = whole(NS, WWW);
  const records = [soa(ZONE, 2), soa(ZONE, 1), ...deleted, soa(ZONE, 2), ...added, soa(ZONE, 2)];
  return { content, problem: takeTransfer(split(records, 3), apex, 1, content) };
}

test("takeTransfer() takes in all records of a zone, each once, the SOA once", () => {
  const { content, problem } = whole(NS, WWW, WWW, address("www.example.net.", "192.0.2.2"));
  expect(problem).toBeUndefined();
  expect(show(content)).toEqual([
    "example.net. 2 300 1",
    "example.net. 6 3600 1",
    "www.example.net. 1 300 2",
  ]);
});

test("takeTransfer() keeps the case of names in data, and puts owners in lower case", () => {
  const { content } = whole({ ...WWW, owner: "WwW.example.NET." }, NS);
  expect(findRRset(content, wireName("www.example.net."), 1)?.rdata).toHaveLength(1);
  expect(formatName(findRRset(content, apex, 2)!.rdata[0]!)).toBe("Ns1.Example.NET.");
});

test("takeTransfer() undoes the compression of names in data", () => {
  // The NS record's data is a pointer to the question's name, at 12.
  const message = writeMessage({
    question: { name: ZONE, type: "AXFR" },
    answers: [
      soa(ZONE, 1),
      record(ZONE, "NS", Uint8Array.of(2, 0x6e, 0x73, 0xc0, 12)),
      soa(ZONE, 1),
    ],
  });
  const content = new ZoneContent();
  expect(takeTransfer([message], apex, undefined, content)).toBeUndefined();
  expect(formatName(findRRset(content, apex, 2)!.rdata[0]!)).toBe("ns.example.net.");
});

test("takeTransfer() counts a TTL with its highest bit set as 0 (RFC 2181 §8)", () => {
  const { content } = whole(address("a.example.net.", "192.0.2.1", 0x8000_0000));
  expect(findRRset(content, wireName("a.example.net."), 1)).toMatchObject({ ttl: 0 });
});

test.for<[string, TransferRecord, RegExp]>([
  [
    "a record of another zone",
    address("www.example.org.", "192.0.2.1"),
    /www\.example\.org\. A is not in the zone/,
  ],
  ["a record above the zone", address("net.", "192.0.2.1"), /net\. A is not in the zone/],
  ["a class other than IN", { ...WWW, class: 3 }, /class 3, not IN/],
  ["an OPT record", record(ZONE, "OPT", new Uint8Array(0)), /OPT is no record of a zone/],
  ["a type for questions alone", { ...WWW, type: 255 }, /ANY is no record of a zone/],
  ["an SOA below the apex", soa("sub.example.net.", 1), /not at the apex/],
  [
    "an address of five octets",
    { ...WWW, rdata: new Uint8Array(5) },
    /the data of www\.example\.net\. A is malformed/,
  ],
  ["a name that points ahead", record(ZONE, "NS", Uint8Array.of(0xc0, 0xff)), /malformed/],
  ["a text longer than its data", record(ZONE, "TXT", Uint8Array.of(9, 1)), /malformed/],
])("takeTransfer() refuses %s, and the whole transfer with it", ([, bad, reason]) => {
  expect(whole(NS, WWW, bad).problem).toMatch(reason);
});

test("takeTransfer() takes in data of types that nobody knows", () => {
  const { content, problem } = whole({ ...WWW, type: 65_280, rdata: Uint8Array.of(1, 2, 3) });
  expect(problem).toBeUndefined();
  expect(findRRset(content, wireName("www.example.net."), 65_280)?.rdata).toEqual([
    Uint8Array.of(1, 2, 3),
  ]);
});

test("takeTransfer() refuses a transfer without its last SOA", () => {
  const messages = split([soa(ZONE, 1), NS, WWW]);
  expect(takeTransfer(messages, apex, undefined, new ZoneContent())).toBe("it has no end");
});

test("takeTransfer() applies changes, the SOA's included", () => {
  const added = address("new.example.net.", "192.0.2.9");
  const { content, problem } = change([WWW], [added]);
  expect(problem).toBeUndefined();
  expect(show(content)).toEqual([
    "example.net. 2 300 1",
    "example.net. 6 3600 1",
    "new.example.net. 1 300 1",
  ]);
  expect(findRRset(content, apex, 6)?.rdata).toEqual([soa(ZONE, 2).rdata]);
});

test("takeTransfer() refuses changes that do not fit what is there", () => {
  expect(change([address("www.example.net.", "192.0.2.7")], []).problem).toBe(
    "it deletes www.example.net. A, which is not there",
  );
  expect(change([], [WWW]).problem).toBe("it adds www.example.net. A, which is there already");
});

test("takeTransfer() replaces everything by a whole zone that comes in place of changes", () => {
  const { content } = whole(NS, WWW);
  const records = [soa(ZONE, 5), NS, address("only.example.net.", "192.0.2.1"), soa(ZONE, 5)];
  expect(takeTransfer(split(records), apex, 1, content)).toBeUndefined();
  expect(show(content)).toEqual([
    "example.net. 2 300 1",
    "example.net. 6 3600 1",
    "only.example.net. 1 300 1",
  ]);
  expect(findRRset(content, apex, 6)?.rdata).toEqual([soa(ZONE, 5).rdata]);
});

test("takeTransfer() ends where a zone becomes too large, in rdata or in names", () => {
  for (const fill of [
    ({ table }: ZoneContent) => {
      table.rdataEnd = 2 ** 30 + 1;
    },
    ({ table: { owners } }: ZoneContent) => {
      owners.offsets[owners.count] = 2 ** 30 + 1;
    },
  ]) {
    const content = new ZoneContent();
    fill(content);
    const messages = split([soa(ZONE, 1), NS, soa(ZONE, 1)]);
    expect(takeTransfer(messages, apex, undefined, content)).toContain("too large");
  }
});
