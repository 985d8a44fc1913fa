import fc from "fast-check";
import { expect, test } from "vitest";
import {
  address,
  ns,
  soa,
  type TransferMessage,
  type TransferRecord,
  wireName,
  writeMessage,
} from "../../test/support/zone-transfer.ts";
import { type Scan, TransferScanner } from "./transfer-scanner.ts";

const ZONE = "example.net.";
const apex = wireName(ZONE);
const AXFR = { name: ZONE, type: "AXFR" };
const IXFR = { name: ZONE, type: "IXFR" };
const NS = ns(ZONE, "ns1.example.net.");

function scan(ownSerial: number | undefined, ...messages: TransferMessage[]): Scan {
  const scanner = new TransferScanner({ apex, id: 9, ownSerial });
  let last: Scan = { kind: "more" };
  for (const message of messages) {
    const octets = writeMessage({ id: 9, ...message });
    last = scanner.take(octets, octets.length);
  }
  return last;
}

function refusal(result: Scan): string {
  return result.kind === "refused" ? result.reason : result.kind;
}

test("take() sees the end of a zone in one message, and in several of which only the first has the question", () => {
  const whole = { kind: "complete", serial: 7, isIncremental: false };
  const records = [soa(ZONE, 7), NS, soa(ZONE, 7)];
  expect(scan(undefined, { question: AXFR, answers: records })).toEqual({ ...whole, records: 3 });
  expect(
    scan(
      undefined,
      { question: AXFR, answers: records.slice(0, 1) },
      { answers: [NS, address("www.example.net.", "192.0.2.1")] },
      { question: AXFR, answers: records.slice(2) },
    ),
  ).toEqual({ ...whole, records: 4 });
  expect(scan(undefined, { question: AXFR, answers: records.slice(0, 2) })).toEqual({
    kind: "more",
  });
});

test("take() sees changes, a whole zone in their place, and that there is nothing new", () => {
  const changes = [soa(ZONE, 8), soa(ZONE, 7), soa(ZONE, 8), NS, soa(ZONE, 8)];
  expect(scan(7, { question: IXFR, answers: changes })).toMatchObject({
    kind: "complete",
    serial: 8,
    isIncremental: true,
  });
  expect(scan(7, { question: IXFR, answers: [soa(ZONE, 8), NS, soa(ZONE, 8)] })).toMatchObject({
    kind: "complete",
    isIncremental: false,
  });
  expect(scan(7, { question: IXFR, answers: [soa(ZONE, 7)] })).toEqual({
    kind: "current",
    serial: 7,
  });
  expect(scan(7, { question: IXFR, answers: [soa(ZONE, 6)] })).toEqual({
    kind: "current",
    serial: 6,
  });
});

test("take() waits for more after an SOA that is news; who ends there has only the whole zone to give", () => {
  const scanner = new TransferScanner({ apex, id: 9, ownSerial: 7 });
  const message = writeMessage({ id: 9, question: IXFR, answers: [soa(ZONE, 8)] });
  expect(scanner.take(message, message.length)).toEqual({ kind: "more" });
  expect(scanner.hasOnlySoa).toBe(true);
});

const ANSWERS: readonly TransferRecord[] = [soa(ZONE, 7), NS, soa(ZONE, 7)];

test.for<[string, TransferMessage, RegExp]>([
  ["another ID", { id: 8, question: AXFR, answers: ANSWERS }, /another ID/],
  ["a query", { flags: 0, question: AXFR, answers: ANSWERS }, /no response/],
  ["another opcode", { flags: 0xa400, question: AXFR, answers: ANSWERS }, /opcode/],
  ["an error", { flags: 0x8405, question: AXFR, answers: [] }, /REFUSED/],
  ["an error without a name", { flags: 0x840c, question: AXFR, answers: [] }, /RCODE 12/],
  ["a truncated message", { flags: 0x8600, question: AXFR, answers: ANSWERS }, /truncated/],
  ["no question", { answers: ANSWERS }, /repeat the question/],
  [
    "the question for another zone",
    { question: { ...AXFR, name: "example.org." }, answers: ANSWERS },
    /another question/,
  ],
  [
    "another question for the zone",
    { question: { ...AXFR, type: "SOA" }, answers: ANSWERS },
    /another question/,
  ],
  ["no records", { question: AXFR, answers: [] }, /no records/],
  ["no SOA in front", { question: AXFR, answers: [NS] }, /begin with the zone's SOA/],
  [
    "another zone's SOA in front",
    { question: AXFR, answers: [soa("example.org.", 7)] },
    /begin with/,
  ],
  [
    "another serial at the end",
    { question: AXFR, answers: [soa(ZONE, 7), NS, soa(ZONE, 8)] },
    /ends with 8/,
  ],
  ["records behind the end", { question: AXFR, answers: [...ANSWERS, NS] }, /behind the last SOA/],
  [
    "an SOA cut short",
    { question: AXFR, answers: [{ ...soa(ZONE, 7), rdata: Uint8Array.of(0, 0, 1) }] },
    /SOA record is malformed/,
  ],
])("take() refuses %s", ([, message, reason]) => {
  expect(refusal(scan(undefined, message))).toMatch(reason);
});

test("take() says of refused changes that the whole zone may help, and of a refused zone that nothing will", () => {
  const refused = { flags: 0x8404, answers: [] };
  expect(scan(7, { ...refused, question: IXFR })).toMatchObject({ isWholeWanted: true });
  expect(scan(undefined, { ...refused, question: AXFR })).toMatchObject({ isWholeWanted: false });
});

test("take() gives up on a message that is cut short anywhere, and never throws for any octets", () => {
  const octets = writeMessage({ id: 9, question: AXFR, answers: [...ANSWERS] });
  for (let length = 0; length < octets.length; length++) {
    const scanner = new TransferScanner({ apex, id: 9, ownSerial: undefined });
    expect(scanner.take(octets.subarray(0, length), length).kind).toBe("refused");
  }
  fc.assert(
    fc.property(fc.nat(octets.length - 1), fc.nat(255), (at, octet) => {
      const changed = octets.slice();
      changed[at] = octet;
      const scanner = new TransferScanner({ apex, id: 9, ownSerial: undefined });
      expect(["complete", "more", "refused"]).toContain(scanner.take(changed, changed.length).kind);
    }),
    { numRuns: 2000 },
  );
});
