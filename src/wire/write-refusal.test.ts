import { expect, it } from "vitest";
import { readMessage } from "../../test/support/message.ts";
import { concat, header, query, question } from "../../test/support/packet.ts";
import { RCODE_NOTAUTH } from "./message.ts";
import { hasUnknownEdns, writeRefusal } from "./write-refusal.ts";

function refuse(octets: Uint8Array): ReturnType<typeof readMessage> | undefined {
  const refusal = writeRefusal(octets, RCODE_NOTAUTH);
  return refusal && readMessage(refusal);
}

it("writeRefusal() repeats ID, opcode, RD and question", () => {
  const asked = query({ id: 99, name: "Example.com", type: "SOA", opcode: 4, flags: ["rd"] });
  expect(refuse(asked)).toMatchObject({ id: 99, rcode: "NOTAUTH", flags: ["qr", "rd"] });
  expect([...writeRefusal(asked, RCODE_NOTAUTH)!.subarray(12)]).toEqual([...asked.subarray(12)]);
  expect(writeRefusal(asked, RCODE_NOTAUTH)![2]! & 0x78).toBe(4 << 3);
});

it("writeRefusal() answers with EDNS whoever speaks it, behind other records too", () => {
  expect(refuse(query({ name: "a.example", type: "AXFR" }))!.edns).toBeUndefined();
  const edns = { size: 4096 };
  expect(refuse(query({ name: "a.example", type: "AXFR", edns }))!.edns).toMatchObject({
    size: 1232,
  });
  const soa = Uint8Array.of(0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 2, 1, 1);
  const opt = Uint8Array.of(0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0);
  const ixfr = concat(header({ qd: 1, ns: 1, ar: 1 }), question("a.example", 251), soa, opt);
  expect(refuse(ixfr)).toMatchObject({ rcode: "NOTAUTH", edns: { size: 1232 } });
});

it("writeRefusal() sends DO back as it came", () => {
  const secure = query({ name: "a.example", edns: { do: true } });
  expect(refuse(secure)!.edns).toMatchObject({ version: 0, do: true });
  expect(refuse(query({ name: "a.example", edns: {} }))!.edns!.do).toBe(false);
});

it("writeRefusal() answers a version of EDNS that is not known with BADVERS", () => {
  const asked = query({ name: "a.example", type: "SOA", opcode: 4, edns: { version: 1 } });
  expect(refuse(asked)).toMatchObject({ rcode: "BADVERS", edns: { version: 0, size: 1232 } });
  expect(hasUnknownEdns(asked)).toBe(true);
  expect(hasUnknownEdns(query({ name: "a.example", edns: {} }))).toBe(false);
  expect(hasUnknownEdns(query({ name: "a.example" }))).toBe(false);
});

it.each([
  ["two questions", concat(header({ qd: 2 }), question("a"), question("a"))],
  ["no question", header({})],
  ["a name cut off", concat(header({ qd: 1 }), Uint8Array.of(9, 1))],
])("writeRefusal() answers %s with a bare FORMERR", (_, octets) => {
  const refusal = writeRefusal(octets, RCODE_NOTAUTH)!;
  expect([...refusal]).toEqual([0x12, 0x34, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it.each([
  ["a record", Uint8Array.of(0, 0, 41)],
  ["rdata", Uint8Array.of(0, 0, 41, 0, 0, 0, 0, 0, 0, 0, 9)],
])("writeRefusal() answers %s cut off with FORMERR and the question", (_, cut) => {
  const refusal = writeRefusal(
    concat(header({ qd: 1, ar: 1 }), question("a"), cut),
    RCODE_NOTAUTH,
  )!;
  expect([...refusal]).toEqual([...concat(header({ flags: 0x8001, qd: 1 }), question("a"))]);
});

it("writeRefusal() answers two OPT records with FORMERR and without EDNS", () => {
  const refusal = refuse(query({ name: "a.example", edns: { count: 2 } }));
  expect(refusal).toMatchObject({ rcode: "FORMERR", edns: undefined });
});

it("writeRefusal() says nothing to responses and to what is shorter than a header", () => {
  expect(refuse(query({ name: "a", flags: ["qr"] }))).toBeUndefined();
  expect(refuse(new Uint8Array(11))).toBeUndefined();
});

it("writeRefusal() answers with EDNS where there is no question, which is a format error", () => {
  const opt = Uint8Array.of(0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0);
  const refusal = refuse(concat(header({ qd: 0, ar: 1 }), opt));
  expect(refusal).toMatchObject({ rcode: "FORMERR", question: [], edns: { size: 1232 } });
  opt[6] = 1;
  const unknown = refuse(concat(header({ qd: 0, ar: 1 }), opt));
  expect(unknown).toMatchObject({ rcode: "BADVERS", question: [], edns: { version: 0 } });
});
