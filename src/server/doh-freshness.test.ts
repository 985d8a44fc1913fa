import { expect, it } from "vitest";
import { concat, header, name, question, record } from "../../test/support/packet.ts";
import { findFreshness } from "./doh-freshness.ts";

const OWNER = name("www.example.com");
const A = Uint8Array.of(192, 0, 2, 1);
const POINTER = Uint8Array.of(0xc0, 12);

function soa(ttl: number, minimum: number): Uint8Array {
  const fields = [1, 2, 3, 4, minimum].flatMap((n) => [0, 0, n >> 8, n & 0xff]);
  const names = [...name("ns1.example.com"), ...name("host.example.com")];
  return record(POINTER, 6, 1, ttl, Uint8Array.from([...names, ...fields]));
}

function response(
  answers: readonly Uint8Array[],
  authorities: readonly Uint8Array[] = [],
  rcode = 0,
): Uint8Array {
  const counts = { qd: 1, an: answers.length, ns: authorities.length, ar: 1 };
  const opt = record(Uint8Array.of(0), 41, 1232, 0, new Uint8Array(0));
  const head = header({ flags: 0x8400 | rcode, ...counts });
  return concat(head, question(OWNER), ...answers, ...authorities, opt);
}

it("findFreshness() is the smallest TTL of the answers", () => {
  const answers = [300, 30, 60].map((ttl) => record(POINTER, 1, 1, ttl, A));
  expect(findFreshness(response(answers))).toBe(30);
  expect(findFreshness(response(answers, [soa(5, 5)]))).toBe(30);
});

it("findFreshness() of a negative answer is that of its SOA (RFC 2308 §5)", () => {
  expect(findFreshness(response([], [soa(300, 60)], 3))).toBe(60);
  expect(findFreshness(response([], [soa(20, 60)]))).toBe(20);
});

it("findFreshness() is 0 for referrals, errors and what has no records", () => {
  const ns = record(POINTER, 2, 1, 300, name("ns1.example.net"));
  expect(findFreshness(response([], [ns]))).toBe(0);
  expect(findFreshness(response([record(POINTER, 1, 1, 300, A)], [], 2))).toBe(0);
  expect(findFreshness(response([], [], 5))).toBe(0);
  expect(findFreshness(header({ flags: 0x8400 }))).toBe(0);
});
