import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, name, u16, u32 } from "../../test/support/packet.ts";
import { QUESTION, recordOf, replyTo } from "../../test/support/resolver-server.ts";
import { TYPE_A, TYPE_CNAME, TYPE_NS, TYPE_SOA } from "../wire/rr-types.ts";
import { type Reply, readReply } from "./read-reply.ts";
import { writeQuery } from "./write-query.ts";

const TARGET = name("www.example.net.");
const QUERY = writeQuery(0x1234, TARGET, TYPE_A);
const [ONE, TWO] = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)];
const SERVFAIL = 0x8182;
const NXDOMAIN = 0x8183;

function read(octets: Uint8Array): Reply | undefined {
  return readReply(octets, QUERY, TARGET, TYPE_A);
}

function a(owner: Uint8Array, ttl: number, rdata: Uint8Array): Uint8Array {
  return recordOf(owner, TYPE_A, ttl, rdata);
}

function cname(owner: Uint8Array, ttl: number, target: string): Uint8Array {
  return recordOf(owner, TYPE_CNAME, ttl, name(target));
}

function soa(ttl: number, minimum: number): Uint8Array {
  const names = concat(name("ns.example.net."), name("h.example.net."));
  const rdata = concat(names, ...[1, 2, 3, 4, minimum].map(u32));
  return recordOf(name("example.net."), TYPE_SOA, ttl, rdata);
}

describe("readReply()", () => {
  it("gives the records in an order of its own, each once, with their least TTL", () => {
    const answers = [a(QUESTION, 60, TWO), a(QUESTION, 50, ONE), a(QUESTION, 70, TWO)];
    expect(read(replyTo(QUERY, { answers }))).toEqual({
      kind: "records",
      rdata: [ONE, TWO],
      ttl: 50,
    });
  });

  it("follows CNAMEs, in whatever order and case they come, and takes the least TTL on the way", () => {
    const answers = [
      a(name("END.example.org."), 90, ONE),
      cname(name("mid.example.org."), 20, "end.example.ORG."),
      cname(QUESTION, 80, "Mid.example.org."),
      a(name("other.example.org."), 1, TWO),
    ];
    expect(read(replyTo(QUERY, { answers }))).toEqual({ kind: "records", rdata: [ONE], ttl: 20 });
  });

  it("takes no records of other names, types and classes", () => {
    const foreign = a(name("www.example.org."), 60, ONE);
    const chaos = a(QUESTION, 60, ONE);
    chaos[5] = 3;
    const answers = [foreign, recordOf(QUESTION, 99, 60, ONE), chaos];
    expect(read(replyTo(QUERY, { answers }))).toMatchObject({ kind: "none" });
  });

  it("ends a circle of CNAMEs", () => {
    const answers = [
      cname(QUESTION, 60, "b.example.net."),
      cname(name("b.example.net."), 60, "www.example.net."),
    ];
    expect(read(replyTo(QUERY, { answers }))).toMatchObject({ kind: "failed" });
  });

  it.each([
    ["no such name", NXDOMAIN],
    ["nothing of the type", 0x8180],
  ])("%s: for as long as the SOA says, or a CNAME that leads there", (_, flags) => {
    const none = (fields: Parameters<typeof replyTo>[1]): Reply | undefined =>
      read(replyTo(QUERY, { flags, ...fields }));
    expect(none({ authorities: [soa(300, 40)] })).toEqual({ kind: "none", ttl: 40 });
    expect(none({ authorities: [soa(30, 40)] })).toEqual({ kind: "none", ttl: 30 });
    expect(none({})).toEqual({ kind: "none", ttl: 60 });
    const answers = [cname(QUESTION, 9, "gone.example.net.")];
    expect(none({ answers, authorities: [soa(30, 40)] })).toEqual({ kind: "none", ttl: 9 });
  });

  it("reads a TTL with its highest bit set as 0", () => {
    const answers = [a(QUESTION, 0x80000001, ONE)];
    expect(read(replyTo(QUERY, { answers }))).toMatchObject({ ttl: 0 });
  });

  it("wants what is truncated over TCP", () => {
    expect(read(replyTo(QUERY, { flags: 0x8380 }))).toEqual({ kind: "truncated" });
  });

  it("fails where the server fails, or only refers to others", () => {
    expect(read(replyTo(QUERY, { flags: SERVFAIL }))).toEqual({
      kind: "failed",
      reason: "RCODE 2",
    });
    const authorities = [recordOf(name("net."), TYPE_NS, 60, name("a.example."))];
    expect(read(replyTo(QUERY, { flags: 0x8100, authorities }))).toMatchObject({ kind: "failed" });
    // An authoritative server of the name itself knows as much.
    const answers = [a(QUESTION, 60, ONE)];
    expect(read(replyTo(QUERY, { flags: 0x8500, answers }))).toMatchObject({ kind: "records" });
    const refusal = replyTo(QUERY, { flags: 0x8181, question: new Uint8Array() });
    expect(read(refusal)).toEqual({ kind: "failed", reason: "RCODE 1" });
  });

  it("passes over what answers no question of ours", () => {
    const answers = [a(QUESTION, 60, ONE)];
    const other = concat(name("www.example.org."), u16(TYPE_A), u16(1));
    const aaaa = concat(TARGET, u16(28), u16(1));
    expect(read(replyTo(QUERY, { id: 0x1235, answers }))).toBeUndefined();
    expect(read(replyTo(QUERY, { flags: 0x0180, answers }))).toBeUndefined();
    expect(read(replyTo(QUERY, { flags: 0xa180, answers }))).toBeUndefined();
    expect(read(replyTo(QUERY, { question: other, answers }))).toBeUndefined();
    expect(read(replyTo(QUERY, { question: aaaa, answers }))).toBeUndefined();
    expect(read(replyTo(QUERY, { question: new Uint8Array() }))).toBeUndefined();
    const upper = concat(name("WWW.EXAMPLE.net."), u16(TYPE_A), u16(1));
    expect(read(replyTo(QUERY, { question: upper, answers }))).toMatchObject({ kind: "records" });
  });

  it("ends for any octets, and takes nothing out of what is malformed", () => {
    const whole = replyTo(QUERY, { answers: [a(QUESTION, 60, ONE)], authorities: [soa(30, 40)] });
    void fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(whole.length),
        (changes, length) => {
          const octets = whole.slice(0, length);
          for (const [at, octet] of changes) if (at < length) octets[at] = octet;
          expect(() => read(octets)).not.toThrow();
        },
      ),
    );
    const cut = whole.slice(0, 12 + TARGET.length + 4 + 14);
    expect(read(cut)).toEqual({ kind: "failed", reason: "its reply is malformed" });
  });
});
