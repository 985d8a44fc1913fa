import { expect, test } from "vitest";
import {
  ns,
  record,
  soa,
  type TransferRecord,
  wireName,
} from "../../test/support/zone-transfer.ts";
import { NameTable } from "../zone/master/name-table.ts";
import type { RRset } from "../zone/model.ts";
import { tabulateRRsets } from "../zone/tabulate-rrsets.ts";
import { checkContent } from "./check-content.ts";

const ZONE = "example.net.";

function check(
  ...records: (TransferRecord & { copies?: number })[]
): ReturnType<typeof checkContent> {
  const rrsets = records.map(
    ({ owner, type, rdata, copies = 1 }): RRset => ({
      owner: wireName(owner),
      type,
      ttl: 300,
      rdata: Array.from({ length: copies }, () => rdata),
      answers: undefined,
    }),
  );
  return checkContent(wireName(ZONE), tabulateRRsets(rrsets, new NameTable()));
}

const SOA = soa(ZONE, 1);
const NS = ns(ZONE, "ns1.example.com.");
const CNAME = record("www.example.net.", "CNAME", wireName("a.example.net."));

test("checkContent() has nothing to say of a zone as it should be", () => {
  expect(check(SOA, NS, CNAME, record("www.example.net.", "RRSIG", new Uint8Array(4)))).toEqual({
    problem: undefined,
    warnings: [],
  });
});

test("checkContent() refuses a zone without SOA, and two of what there can be one of", () => {
  expect(check(NS).problem).toBe("it has no SOA");
  expect(check(SOA, NS, { ...CNAME, copies: 2 }).problem).toBe(
    "www.example.net. has 2 CNAME records",
  );
  expect(check({ ...SOA, copies: 2 }, NS).problem).toBe("example.net. has 2 SOA records");
});

test("checkContent() warns of what resolvers have trouble with, and leaves it as it is", () => {
  const text = record("www.example.net.", "TXT", Uint8Array.of(1, 97));
  expect(check(SOA, NS, CNAME, text)).toEqual({
    problem: undefined,
    warnings: ["there are other records beside the CNAME of www.example.net."],
  });
  expect(check(SOA).warnings).toEqual(["it has no NS records at its apex"]);
  const large = record("big.example.net.", "TXT", new Uint8Array(256).fill(255, 0, 1));
  expect(check(SOA, NS, { ...large, copies: 300 }).warnings).toEqual([
    "no answer can hold all records of big.example.net.",
  ]);
  const key = { ...record(ZONE, "TXT", new Uint8Array(8)), type: 48 };
  expect(check(SOA, NS, key).warnings[0]).toContain("it is signed");
});

test("checkContent() names a few of many", () => {
  const names = ["a", "b", "c", "d", "e"].map((label) => `${label}.example.net.`);
  const records = names.flatMap((owner) => [
    record(owner, "CNAME", wireName(ZONE)),
    record(owner, "TXT", Uint8Array.of(0)),
  ]);
  expect(check(SOA, NS, ...records).warnings).toEqual([
    "there are other records beside the CNAME of a.example.net., b.example.net., c.example.net. and 2 more",
  ]);
});
