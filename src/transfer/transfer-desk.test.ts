import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMessage } from "../../test/support/message.ts";
import { option, query } from "../../test/support/packet.ts";
import {
  createTransfers,
  listRecords,
  NOW_SECONDS,
  prepareText,
  transferQuery,
} from "../../test/support/transfers.ts";
import { EXPIRY_TABLE_OCTETS, ExpiryTable, setExpirySlot } from "../image/expiry-table.ts";
import { prepareUnavailable } from "../loader/prepare-static.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { findAlgorithm } from "../tsig/algorithms.ts";
import { BADKEY } from "../tsig/errors.ts";
import { createKeyring, findKeyByText } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { findSignature, readSignature } from "../tsig/signature.ts";
import { VerifyingStream } from "../tsig/verifying-stream.ts";
import { OPTION_EXPIRE, OPTION_NSID } from "../wire/message.ts";
import { TYPE_HTTPS } from "../wire/rr-types.ts";

const SOA = (serial: number): string =>
  `example.com. 3600 6 ns1.example.com. hostmaster.example.com. ${serial} 7200 1800 1209600 60`;

function zone(serial: number, records: string, keys = ""): string {
  return `zone: example.com.
soa: { serial: ${serial} }
${keys}
records:
  "": { type: NS, value: ns1.example.com. }
  ns1: { type: A, value: 192.0.2.53 }
${records}`;
}

const EMPTY = new Uint8Array(0);
const AXFR = { name: "example.com", type: "AXFR" };
const IXFR = (serial: number) => ({ name: "example.com", serial });

describe("createTransferDesk() answers AXFR", () => {
  test("with the SOA, all else in written order, and the SOA", () => {
    const transfers = createTransfers();
    transfers.serve(
      zone(
        7,
        `  www: { type: A, values: [192.0.2.1, 192.0.2.2], answers: 1 }
  mail: [{ type: MX, value: 10 www.example.com. }, { type: TXT, value: hello }]
  sub: { type: NS, value: ns.sub.example.com. }
  ns.sub: { type: A, value: 192.0.2.9 }
  below.deep.sub: { type: A, value: 192.0.2.10 }
  "*.wild": { type: A, value: 192.0.2.3 }`,
      ),
    );
    const messages = transfers.ask({ ...AXFR, id: 0x4711 });
    expect(listRecords(messages)).toEqual([
      SOA(7),
      "example.com. 3600 2 ns1.example.com.",
      "ns1.example.com. 300 1 192.0.2.53",
      "www.example.com. 300 1 192.0.2.1",
      "www.example.com. 300 1 192.0.2.2",
      "mail.example.com. 300 15 10 www.example.com.",
      'mail.example.com. 300 16 "hello"',
      "sub.example.com. 3600 2 ns.sub.example.com.",
      "ns.sub.example.com. 300 1 192.0.2.9",
      "below.deep.sub.example.com. 300 1 192.0.2.10",
      "*.wild.example.com. 300 1 192.0.2.3",
      SOA(7),
    ]);
    expect(messages[0]).toMatchObject({
      id: 0x4711,
      flags: ["qr", "aa"],
      rcode: "NOERROR",
      question: [{ name: "example.com.", type: 252, class: 1 }],
      edns: undefined,
    });
  });

  test("with the EXPIRE option, for those who ask with theirs, in the first message", () => {
    const transfers = createTransfers();
    const names = Array.from({ length: 2000 }, (_, i) => `  n${i}: { type: TXT, value: "${i}" }`);
    transfers.serve(zone(7, names.join("\n")));
    const edns = { options: [option(OPTION_NSID, EMPTY), option(OPTION_EXPIRE, EMPTY)] };
    const told = [{ code: OPTION_EXPIRE, data: Uint8Array.of(0, 0x12, 0x75, 0) }];
    const messages = transfers.ask({ ...AXFR, edns });
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.map((message) => message.edns?.options)).toEqual([
      told,
      ...messages.slice(1).map(() => undefined),
    ]);
    for (const transport of ["udp", "tcp"] as const) {
      const [message] = transfers.ask({ ...IXFR(7), edns }, transport);
      expect(message!.edns!.options).toEqual(told);
    }
    expect(transfers.ask({ ...IXFR(7), edns: {} })[0]!.edns!.options).toEqual([]);
    // Of which the last says that it is longer than it is.
    const torn = { options: [option(OPTION_NSID, EMPTY), option(OPTION_EXPIRE, EMPTY, 1)] };
    expect(transfers.ask({ ...IXFR(7), edns: torn })[0]!.edns!.options).toEqual([]);
  });

  test("with the time that is left of a zone that is kept elsewhere, if anybody knows", () => {
    const expiries = new SharedArrayBuffer(EXPIRY_TABLE_OCTETS);
    const table = new ExpiryTable(expiries);
    const transfers = createTransfers({ expiries });
    const prepared = prepareText(zone(7, ""));
    const slot = table.take();
    setExpirySlot(prepared.compiled.segment, slot);
    transfers.zones.follow([prepared]);
    const edns = { options: [option(OPTION_EXPIRE, EMPTY)] };
    const ask = (): unknown => transfers.ask({ ...AXFR, edns })[0]!.edns!.options;
    expect(ask()).toEqual([]);
    table.write(slot, NOW_SECONDS + 260);
    expect(ask()).toEqual([{ code: OPTION_EXPIRE, data: Uint8Array.of(0, 0, 1, 4) }]);
    table.write(slot, NOW_SECONDS - 260);
    expect(ask()).toEqual([{ code: OPTION_EXPIRE, data: Uint8Array.of(0, 0, 0, 0) }]);
  });

  test("in as many messages as it takes, the question in the first only", () => {
    const transfers = createTransfers();
    const names = Array.from(
      { length: 3000 },
      (_, i) => `  n${i}: { type: TXT, value: "text ${i}" }`,
    );
    transfers.serve(zone(7, names.join("\n")));
    const raw = transfers.send(query({ ...AXFR, edns: {} }));
    const messages = raw.map(readMessage);
    expect(messages.length).toBeGreaterThan(3);
    expect(raw.every(({ length }) => length <= 0x4000)).toBe(true);
    // Full, but for the last.
    expect(raw.slice(0, -1).every(({ length }) => length > 0x4000 - 300)).toBe(true);
    expect(messages.map(({ question }) => question.length)).toEqual([
      1,
      ...messages.slice(1).map(() => 0),
    ]);
    expect(messages.map(({ edns }) => edns !== undefined)).toEqual([
      true,
      ...messages.slice(1).map(() => false),
    ]);
    const lines = listRecords(messages);
    expect(lines).toHaveLength(3000 + 4);
    expect(new Set(lines).size).toBe(3000 + 3);
    expect(lines.at(0)).toBe(lines.at(-1));
  });

  test("with a record that needs a message of its own", () => {
    const transfers = createTransfers();
    const text = Array.from({ length: 120 }, () => "x".repeat(255)).join("");
    transfers.serve(
      zone(
        7,
        `  a: { type: A, value: 192.0.2.1 }\n  big: { type: TXT, value: ${text} }\n  z: { type: A, value: 192.0.2.2 }`,
      ),
    );
    const messages = transfers.ask(AXFR);
    expect(messages.map(({ answer }) => answer.length)).toEqual([4, 1, 2]);
  });

  test("with one version of the zone, whatever is loaded while it is sent", () => {
    const transfers = createTransfers();
    const names = (address: string): string =>
      Array.from({ length: 1500 }, (_, i) => `  n${i}: { type: A, value: ${address} }`).join("\n");
    transfers.serve(zone(7, names("192.0.2.1")));
    const octets = query(AXFR);
    const source = { family: 4, octets: Uint8Array.of(127, 0, 0, 1) } as const;
    const lines: string[] = [];
    for (const message of transfers.desk({ octets, source, transport: "tcp" })!) {
      lines.push(...listRecords([readMessage(message.slice())]));
      transfers.serve(zone(8, names("192.0.2.2")));
    }
    expect(lines).toHaveLength(1504);
    expect(lines.filter((line) => line.includes("192.0.2.2"))).toEqual([]);
    expect(lines.at(-1)).toBe(SOA(7));
  });

  test("with what a name server without steering can serve of steered names", () => {
    const transfers = createTransfers();
    transfers.serve(
      zone(
        7,
        `  far: { type: A, ttl: 20, dynamic: { rules: [{ geos: [AS], pool: asia }, { pool: eu }] } }
  one: { type: A, dynamic: { rules: [{ pool: order }] } }
  alias: { type: CNAME, dynamic: { rules: [{ pool: cdns }] } }
  near: { type: A, dynamic: { policy: nearest, rules: [{ pool: [asia, eu] }] } }
  checked: { type: A, healthcheck: tcp, values: [192.0.2.31, 192.0.2.32] }`,
        `datacenters: { a: { coords: [1, 1] }, b: { coords: [2, 2] } }
healthchecks: { tcp: { protocol: TCP, port: 80 } }
pools:
  eu: { healthcheck: tcp, answers: 1, values: [{ value: 192.0.2.11, weight: 3, dc: a }, { value: 192.0.2.12, dc: a }, { value: 192.0.2.13, status: down }] }
  asia: { healthcheck: tcp, values: [{ value: 192.0.2.21, dc: b }] }
  order: { policy: failover, healthcheck: tcp, values: [192.0.2.41, 192.0.2.42] }
  cdns: { values: [{ value: a.example.net., weight: 1 }, { value: b.example.net., weight: 2 }] }`,
      ),
    );
    const lines = listRecords(transfers.ask(AXFR));
    expect(lines.filter((line) => !/ (2|6) /.test(line)).toSorted()).toEqual([
      "alias.example.com. 30 5 b.example.net.",
      "checked.example.com. 30 1 192.0.2.31",
      "checked.example.com. 30 1 192.0.2.32",
      "far.example.com. 20 1 192.0.2.11",
      "far.example.com. 20 1 192.0.2.12",
      "near.example.com. 30 1 192.0.2.21",
      "ns1.example.com. 300 1 192.0.2.53",
      "one.example.com. 30 1 192.0.2.41",
    ]);
  });
});

describe("createTransferDesk() answers IXFR", () => {
  const first = zone(
    1,
    `  a: { type: A, value: 192.0.2.1 }\n  b: { type: A, values: [192.0.2.2, 192.0.2.3] }\n  ${filler()}`,
  );
  const second = zone(
    2,
    `  b: { type: A, values: [192.0.2.2, 192.0.2.4] }\n  c: { type: TXT, value: x }\n  ${filler()}`,
  );
  const third = zone(
    5,
    `  a: { type: A, value: 192.0.2.1 }\n  b: { type: A, values: [192.0.2.2, 192.0.2.4] }\n  ${filler()}`,
  );

  /** A zone that is larger than what changes. */
  function filler(): string {
    return Array.from({ length: 20 }, (_, i) => `f${i}: { type: TXT, value: filler }`).join("\n  ");
  }

  test("with what has gone and what has come", () => {
    const transfers = createTransfers();
    transfers.serve(first);
    transfers.serve(second);
    expect(listRecords(transfers.ask(IXFR(1)))).toEqual([
      SOA(2),
      SOA(1),
      "b.example.com. 300 1 192.0.2.3",
      "a.example.com. 300 1 192.0.2.1",
      SOA(2),
      "b.example.com. 300 1 192.0.2.4",
      'c.example.com. 300 16 "x"',
      SOA(2),
    ]);
    expect(transfers.last.report()).toEqual([
      {
        zone: "example.com.",
        client: "127.0.0.1",
        kind: "incremental",
        serial: 2,
        key: undefined,
        isBroken: false,
        at: NOW_SECONDS * 1000,
      },
    ]);
  });

  test("over several versions without what came and went", () => {
    const transfers = createTransfers();
    for (const text of [first, second, third]) transfers.serve(text);
    expect(listRecords(transfers.ask(IXFR(1)))).toEqual([
      SOA(5),
      SOA(1),
      "b.example.com. 300 1 192.0.2.3",
      SOA(5),
      "b.example.com. 300 1 192.0.2.4",
      SOA(5),
    ]);
    expect(listRecords(transfers.ask(IXFR(2)))).toEqual([
      SOA(5),
      SOA(2),
      'c.example.com. 300 16 "x"',
      SOA(5),
      "a.example.com. 300 1 192.0.2.1",
      SOA(5),
    ]);
  });

  test("with the SOA alone where nothing is newer", () => {
    const transfers = createTransfers();
    transfers.serve(first);
    transfers.serve(second);
    expect(transfers.counts).toMatchObject({ incremental: 0 });
    for (const serial of [2, 3]) {
      expect(listRecords(transfers.ask(IXFR(serial)))).toEqual([SOA(2)]);
      expect(listRecords(transfers.ask(IXFR(serial), "udp"))).toEqual([SOA(2)]);
    }
  });

  test("with the whole zone where it does not know the version", () => {
    const transfers = createTransfers();
    transfers.serve(second);
    transfers.serve(third);
    const whole = listRecords(transfers.ask(AXFR));
    expect(listRecords(transfers.ask(IXFR(1)))).toEqual(whole);
    // What was served before a serial went back leads nowhere.
    transfers.serve(zone(3, ""));
    expect(listRecords(transfers.ask(IXFR(2)))[1]).toContain(" 2 ns1");
  });

  test("with the whole zone where that is less", () => {
    const transfers = createTransfers();
    const many = Array.from({ length: 200 }, (_, i) => `  n${i}: { type: A, value: 192.0.2.1 }`);
    transfers.serve(zone(1, many.join("\n")));
    transfers.serve(zone(2, ""));
    expect(listRecords(transfers.ask(IXFR(1)))).toHaveLength(4);
  });

  test("over UDP with what fits, and else with the SOA", () => {
    const transfers = createTransfers();
    transfers.serve(first);
    transfers.serve(second);
    expect(listRecords(transfers.ask(IXFR(1), "udp"))).toHaveLength(8);
    expect(listRecords(transfers.ask(IXFR(0), "udp"))).toEqual([SOA(2)]);
    const many = Array.from({ length: 30 }, (_, i) => `  n${i}: { type: A, value: 192.0.2.1 }`);
    transfers.serve(zone(3, `${second.slice(second.indexOf("  b:"))}\n${many.join("\n")}`));
    expect(listRecords(transfers.ask(IXFR(2), "udp"))).toEqual([SOA(3)]);
    expect(listRecords(transfers.ask({ ...IXFR(2), edns: { size: 4096 } }, "udp")).length).toBe(34);
    expect(
      transfers.send(transferQuery({ ...IXFR(2), edns: { size: 4096 } }), "udp")[0]!.length,
    ).toBeLessThanOrEqual(1232);
  });

  test("of a zone whose content changed under the same serial with the whole", () => {
    const warnings: string[] = [];
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (_: object, text: string) => void warnings.push(text),
    };
    const transfers = createTransfers({ log });
    transfers.serve(first);
    transfers.serve(second);
    transfers.serve(second);
    expect(warnings).toEqual([]);
    expect(listRecords(transfers.ask(IXFR(1)))).toHaveLength(8);
    transfers.serve(`${second}\n  d: { type: A, value: 192.0.2.9 }`);
    expect(warnings).toEqual([expect.stringContaining("serial has not")]);
    expect(listRecords(transfers.ask(IXFR(1)))).toEqual(listRecords(transfers.ask(AXFR)));
  });

  test("of a zone with an ALIAS that leads elsewhere without it, and warns of that", () => {
    const lines: object[] = [];
    const warn = (fields: object) => void lines.push(fields);
    const transfers = createTransfers({ log: { debug() {}, info() {}, error() {}, warn } });
    const own = "  y: { type: ALIAS, value: z.example.com. }\n  z: { type: A, value: 192.0.2.1 }";
    transfers.serve(zone(1, `  x: { type: ALIAS, value: www.example.org. }\n${own}`));
    const owners = listRecords(transfers.ask(AXFR)).map((one) => one[0]);
    expect([owners.includes("x"), owners.includes("y")]).toEqual([false, true]);
    expect(lines).toMatchObject([{ names: ["x.example.com."], count: 1 }]);
  });

  test("of a zone whose serial has gone back with the SOA alone, and warns of it once", () => {
    const warnings: string[] = [];
    const warn = (_: object, text: string) => void warnings.push(text);
    const transfers = createTransfers({ log: { debug() {}, info() {}, error() {}, warn } });
    transfers.serve(second);
    transfers.serve(first);
    expect(warnings).toEqual([expect.stringContaining("has gone back")]);
    expect(listRecords(transfers.ask(IXFR(2)))).toHaveLength(1);
    transfers.serve(second);
    expect(warnings).toHaveLength(1);
  });

  test("of a large zone with the whole until the change has been found out", () => {
    const transfers = createTransfers();
    const many = Array.from(
      { length: 4500 },
      (_, i) => `  n${i}: { type: A, value: 192.0.2.1 }`,
    ).join("\n");
    transfers.serve(zone(1, many));
    expect(transfers.changes).toHaveLength(1);
    transfers.serve(zone(2, `${many}\n  z: { type: A, value: 192.0.2.2 }`));
    expect(transfers.changes).toHaveLength(1);
    expect(listRecords(transfers.ask(IXFR(1))).length).toBeGreaterThan(4500);
    transfers.runDeferred();
    expect(transfers.changes).toHaveLength(2);
    expect(listRecords(transfers.ask(IXFR(1)))).toHaveLength(5);
  });
});

describe("createTransferDesk() refuses", () => {
  const text = zone(7, "");

  test("whoever is not allowed, by address", () => {
    const transfers = createTransfers({ allow: [] });
    transfers.serve(`${text}transfer: { allow: [192.0.2.0/24, "2001:db8::1"] }`);
    for (const source of ["192.0.2.200", "2001:db8::1"]) {
      expect(transfers.ask(AXFR, "tcp", source)[0]!.rcode).toBe("NOERROR");
    }
    for (const source of ["192.0.3.1", "2001:db8::2"]) {
      const [message, ...more] = transfers.ask({ ...AXFR, edns: {} }, "tcp", source);
      expect(more).toEqual([]);
      expect(message).toMatchObject({ rcode: "REFUSED", flags: ["qr"], answer: [] });
      expect(message!.edns!.options).toEqual([{ code: 15, data: Uint8Array.of(0, 18) }]);
    }
  });

  test("everybody where nobody is allowed, and where the zone says so", () => {
    const nobody = createTransfers({ allow: [] });
    nobody.serve(text);
    expect(nobody.ask(AXFR)[0]!.rcode).toBe("REFUSED");
    const allowed = createTransfers();
    allowed.serve(`${text}transfer: { allow: [] }`);
    expect(allowed.ask(AXFR)[0]!.rcode).toBe("REFUSED");
    allowed.serve(text);
    expect(allowed.ask(AXFR)[0]!.rcode).toBe("NOERROR");
  });

  test("zones that are not served, or no longer, or have no data", () => {
    const transfers = createTransfers();
    const [prepared] = transfers.serve(text);
    expect(transfers.ask({ name: "www.example.com", type: "AXFR" })[0]!.rcode).toBe("NOTAUTH");
    transfers.zones.follow([prepareUnavailable(prepared!.zone)]);
    expect(transfers.ask(AXFR)[0]!.rcode).toBe("SERVFAIL");
    transfers.zones.follow([prepared!]);
    expect(transfers.ask(AXFR)[0]!.rcode).toBe("NOERROR");
    transfers.zones.follow([]);
    expect(transfers.ask(AXFR)[0]!.rcode).toBe("NOTAUTH");
  });

  test("AXFR over UDP, unknown EDNS versions, and what cannot be read", () => {
    const transfers = createTransfers();
    transfers.serve(text);
    expect(transfers.ask(AXFR, "udp")[0]!.rcode).toBe("NOTIMP");
    expect(transfers.ask({ ...AXFR, edns: { version: 1 } })[0]!.rcode).toBe("BADVERS");
    // An IXFR without an SOA.
    expect(transfers.ask({ ...AXFR, type: "IXFR" })[0]!.rcode).toBe("FORMERR");
  });

  test("more transfers at a time than there may be, and takes more when one has ended", () => {
    const transfers = createTransfers({ limits: { total: 2, perSource: 1 } });
    transfers.serve(text);
    const octets = query(AXFR);
    const begin = (last: number): Iterator<Uint8Array> => {
      const source = { family: 4, octets: Uint8Array.of(127, 0, 0, last) } as const;
      const messages = transfers.desk({ octets, source, transport: "tcp" })![Symbol.iterator]();
      const { value } = messages.next();
      rcodes.push(readMessage(value.slice()).rcode);
      return messages;
    };
    const rcodes: string[] = [];
    const one = begin(1);
    begin(1);
    const two = begin(2);
    begin(3);
    expect(rcodes).toEqual(["NOERROR", "SERVFAIL", "NOERROR", "SERVFAIL"]);
    one.return!();
    two.next();
    begin(3);
    begin(1);
    expect(rcodes.slice(4)).toEqual(["NOERROR", "NOERROR"]);
    expect(transfers.counts).toMatchObject({ whole: 1, broken: 1, refused: 2 });
    expect(
      transfers.last
        .report()
        .map(({ isBroken }) => isBroken)
        .sort(),
    ).toEqual([false, true]);
  });
});

test("createTransferDesk() leaves everything else to others", () => {
  const { desk } = createTransfers();
  const source = { family: 4, octets: Uint8Array.of(127, 0, 0, 1) } as const;
  const ask = (octets: Uint8Array) => desk({ octets, source, transport: "tcp" });
  expect(ask(query({ name: "example.com" }))).toBeUndefined();
  expect(ask(query({ name: "example.com", type: "SOA", opcode: 4 }))).toBeUndefined();
  expect(ask(query({ ...AXFR, class: "CH" }))).toBeUndefined();
  expect(ask(query({ ...AXFR, flags: ["qr"] }))).toBeUndefined();
  expect(ask(Uint8Array.of(1, 2, 3))).toBeUndefined();
  const compressed = Buffer.from("123400000001000000000000c00c00fc0001", "hex");
  expect(ask(compressed)).toBeUndefined();
});

describe("createTransferDesk() with keys", () => {
  const algorithm = findAlgorithm("hmac-sha256")!;
  const keyring = createKeyring([
    { name: "good.example", algorithm, secret: Buffer.from("a secret of ours") },
    { name: "other.example", algorithm, secret: Buffer.from("a secret of yours") },
  ]);
  const foreign = createKeyring([
    { name: "foreign.example", algorithm, secret: Buffer.from("nobody knows this") },
  ]);
  const allow = [{ prefix: undefined, key: "good.example." }];
  const big = zone(
    7,
    Array.from({ length: 3000 }, (_, i) => `  n${i}: { type: TXT, value: "text ${i}" }`).join("\n"),
  );

  function sign(name: string, ring = keyring) {
    const key = findKeyByText(ring, name)!;
    const message = query(AXFR);
    const octets = new Uint8Array(message.length + signatureOctets(key));
    octets.set(message);
    const { length, mac } = signMessage(octets, message.length, key, { time: NOW_SECONDS });
    return { key, mac, octets: octets.subarray(0, length) };
  }

  test("signs every message of a transfer", () => {
    const transfers = createTransfers({ allow, keyring });
    transfers.serve(big);
    const { key, mac, octets } = sign("good.example");
    const stream = new VerifyingStream(key, mac);
    const raw = transfers.send(octets);
    expect(raw.length).toBeGreaterThan(3);
    for (const message of raw) {
      expect(message.length).toBeLessThanOrEqual(0x4000);
      expect(stream.verify(message, message.length, NOW_SECONDS).kind).toBe("verified");
    }
  });

  test("refuses other keys with a signature, and unsigned requests", () => {
    const transfers = createTransfers({ allow, keyring });
    transfers.serve(big);
    const { key, mac, octets } = sign("other.example");
    const [refused] = transfers.send(octets);
    expect(readMessage(refused!).rcode).toBe("REFUSED");
    const stream = new VerifyingStream(key, mac);
    expect(stream.verify(refused!, refused!.length, NOW_SECONDS).kind).toBe("verified");
    expect(transfers.ask(AXFR)[0]!.rcode).toBe("REFUSED");
  });

  test("says what is wrong with a signature", () => {
    const transfers = createTransfers({ allow, keyring });
    transfers.serve(big);
    const [refused] = transfers.send(sign("foreign.example", foreign).octets);
    expect(readMessage(refused!).rcode).toBe("NOTAUTH");
    const at = findSignature(refused!, refused!.length);
    expect(readSignature(refused!, refused!.length, at)).toMatchObject({ error: BADKEY });
  });

  test("wants both where a rule names an address and a key", () => {
    const transfers = createTransfers({ allow: [], keyring });
    transfers.serve(
      `${zone(7, "")}transfer: { allow: [{ prefix: 192.0.2.0/24, key: good.example }] }`,
    );
    const { octets } = sign("good.example");
    expect(readMessage(transfers.send(octets, "tcp", "192.0.2.1")[0]!).rcode).toBe("NOERROR");
    expect(readMessage(transfers.send(octets, "tcp", "192.0.3.1")[0]!).rcode).toBe("REFUSED");
    expect(transfers.ask(AXFR, "tcp", "192.0.2.1")[0]!.rcode).toBe("REFUSED");
  });
});

test("HTTPS records with auto hints are transferred with the addresses that are transferred", () => {
  const transfers = createTransfers();
  transfers.serve(
    zone(
      7,
      `  web: [{ type: [A, AAAA], dynamic: { rules: [{ pool: p }] } }, { type: HTTPS, value: { priority: 1, target: ".", params: { alpn: [h2], ipv4hint: auto, ipv6hint: auto } } }]
  plain: [{ type: A, value: 192.0.2.9 }, { type: HTTPS, value: { priority: 1, target: ".", params: { ipv4hint: auto, ipv6hint: auto } } }]`,
      `pools: { p: { answers: 1, values: [192.0.2.7, 192.0.2.8, "2001:db8::7"] } }`,
    ),
  );
  const hints = [
    ...transfers.zones
      .find(Uint8Array.of(7, ...Buffer.from("example"), 3, ...Buffer.from("com"), 0))!
      .content!.rrsets(),
  ]
    .filter(({ type }) => type === TYPE_HTTPS)
    .map(({ type, ttl, rdata }) => [ttl, ...rdata.map((data) => formatRdata(type, data))]);
  expect(hints).toEqual([
    [300, "1 . ipv4hint=192.0.2.9"],
    [30, '1 . alpn="h2" ipv4hint=192.0.2.7,192.0.2.8 ipv6hint=2001:db8::7'],
  ]);
});

test("createTransferDesk() takes anything without throwing", () => {
  const transfers = createTransfers();
  transfers.serve(zone(7, "  www: { type: A, value: 192.0.2.1 }"));
  const requests = [
    query({ ...AXFR, edns: {} }),
    transferQuery({ ...IXFR(1), edns: { size: 4096 } }),
    Buffer.concat([query(AXFR), Buffer.from("0161000000fa00ff0000000000", "hex")]),
  ];
  const source = { family: 4, octets: Uint8Array.of(127, 0, 0, 1) } as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...requests),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
      fc.nat(120),
      fc.constantFrom("udp", "tcp"),
      (request, changes, cut, transport) => {
        const octets = Uint8Array.from(
          request.subarray(0, Math.max(12, request.length - (cut % 20))),
        );
        for (const [at, octet] of changes) octets[at % octets.length] = octet;
        for (const message of transfers.desk({ octets, source, transport } as never) ?? []) {
          expect(readMessage(message.slice()).flags).toContain("qr");
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("an ALIAS record is transferred as the addresses its target has here, or not at all", () => {
  const transfers = createTransfers();
  const other = `zone: example.net.
records:
  "": { type: NS, value: ns1.example.com. }
  www: { type: CNAME, ttl: 100, value: real.example.net. }
  real: { type: [A, AAAA], ttl: 20, dynamic: { rules: [{ pool: p }] } }
pools: { p: { values: [192.0.2.7, "2001:db8::7"] } }`;
  transfers.serve(
    zone(
      7,
      `  here: { type: ALIAS, value: www.example.net. }\n  there: { type: ALIAS, value: www.example.org. }`,
    ),
    other,
  );
  expect(listRecords(transfers.ask(AXFR)).filter((line) => line.includes("ere."))).toEqual([
    "here.example.com. 20 1 192.0.2.7",
    "here.example.com. 20 28 2001:db8::7",
  ]);
  expect(prepareText(other).zone.steered).toHaveLength(2);
});
