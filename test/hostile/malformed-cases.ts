/**
 * Odd, broken and hostile queries, octet by octet. Which answer each deserves stands in `malformed-expectations.ts`.
 */
import {
  clientSubnet,
  concat,
  header,
  name,
  nameOf,
  opt,
  option,
  question,
  record,
  u16,
  u32,
} from "../support/packet.ts";

/** The zone all cases are asked of. */
export const APEX = "example.com";

export interface MalformedCase {
  readonly id: string;
  readonly packet: Uint8Array;
}

const ROOT = Uint8Array.of(0);
const WWW = name(`www.${APEX}`);
const NX = name(`nope.${APEX}`);
const ADDRESS = Uint8Array.of(192, 0, 2, 1);
const A_RECORD = record(WWW, 1, 1, 60, ADDRESS);
const SOA_RECORD = record(
  name(APEX),
  6,
  1,
  60,
  concat(ROOT, ROOT, u32(1), u32(1), u32(1), u32(1), u32(1)),
);
const TSIG_RECORD = record(
  name("key"),
  250,
  255,
  0,
  concat(
    name("hmac-sha256"),
    Uint8Array.of(0, 0, 0, 0, 0, 1),
    u16(300),
    u16(0),
    u16(0x1234),
    u16(0),
    u16(0),
  ),
);

/** A question for www A behind a header with these fields, and whatever follows. */
function ask(fields: Parameters<typeof header>[0], ...rest: Uint8Array[]): Uint8Array {
  return concat(header({ qd: 1, ...fields }), question(WWW), ...rest);
}

/** A question with this raw qname. */
function askName(qname: Uint8Array, qtype = 1, qclass = 1): Uint8Array {
  return concat(header({ qd: 1 }), question(qname, qtype, qclass));
}

/** A question for www A with an OPT record of these fields. */
function askOpt(fields: Parameters<typeof opt>[0]): Uint8Array {
  return ask({ ar: 1 }, opt(fields));
}

function askEcs(family: number, source: number, scope: number, ...address: number[]): Uint8Array {
  return askOpt({ options: [clientSubnet(family, source, scope, Uint8Array.from(address))] });
}

function labels(count: number, length: number): string[] {
  return new Array<string>(count).fill("a".repeat(length));
}

/** Labels that make a name of exactly `octets` octets under the apex. */
function longName(octets: number): Uint8Array {
  const suffix = ["example", "com"];
  let left = octets - name(APEX).length;
  const parts: string[] = [];
  while (left > 0) {
    const length = left === 65 ? 62 : Math.min(63, left - 1);
    parts.push("a".repeat(length));
    left -= length + 1;
  }
  return nameOf(...parts, ...suffix);
}

/** A question whose name is these octets as they are, then type A, class IN. */
function askRaw(...qname: number[]): Uint8Array {
  return concat(header({ qd: 1 }), Uint8Array.from(qname), u16(1), u16(1));
}

function pad(count: number): Uint8Array {
  return new Uint8Array(count).fill(0x61);
}

const cases: Record<string, Uint8Array> = {
  // The header.
  "header: nothing at all": new Uint8Array(0),
  "header: 1 octet": Uint8Array.of(0x12),
  "header: 11 octets": header({}).subarray(0, 11),
  "header: alone, QDCOUNT 0": header({}),
  "header: alone, QDCOUNT 1": header({ qd: 1 }),
  "header: alone, QDCOUNT 65535": header({ qd: 65535 }),
  "header: QDCOUNT 0 with a question behind": concat(header({}), question(WWW)),
  "header: QDCOUNT 0 with OPT": concat(header({ ar: 1 }), opt()),
  "header: QDCOUNT 2": concat(header({ qd: 2 }), question(WWW), question(NX)),
  "header: QDCOUNT 2, one question": concat(header({ qd: 2 }), question(WWW)),
  "header: QR set": ask({ flags: 0x8000 }),
  "header: QR set, 12 octets": header({ flags: 0x8000 }),
  "header: QR set, broken name": concat(header({ qd: 1, flags: 0x8000 }), Uint8Array.of(0xff)),
  "header: QR set, opcode 4": ask({ flags: 0xa000 }),
  "header: opcode 1 IQUERY": ask({ flags: 1 << 11 }),
  "header: opcode 2 STATUS": ask({ flags: 2 << 11 }),
  "header: opcode 3": ask({ flags: 3 << 11 }),
  "header: opcode 6 DSO": ask({ flags: 6 << 11 }),
  "header: opcode 15": ask({ flags: 15 << 11 }),
  "header: opcode 15, header alone": header({ flags: 15 << 11 }),
  "header: opcode 2, broken name": concat(header({ qd: 1, flags: 2 << 11 }), Uint8Array.of(0x40)),
  "header: NOTIFY": concat(header({ qd: 1, flags: 4 << 11 }), question(APEX, 6)),
  "header: UPDATE": concat(header({ qd: 1, ns: 1, flags: 5 << 11 }), question(APEX, 6), A_RECORD),
  "header: AA": ask({ flags: 0x0400 }),
  "header: TC": ask({ flags: 0x0200 }),
  "header: RA": ask({ flags: 0x0080 }),
  "header: Z": ask({ flags: 0x0040 }),
  "header: AD and CD": ask({ flags: 0x0030 }),
  "header: RCODE 3": ask({ flags: 0x0003 }),
  "header: every flag but QR": ask({ flags: 0x07ff }),

  // Sections that a query has no use for.
  "sections: 1 octet behind the question": ask({}, Uint8Array.of(0)),
  "sections: 40 octets behind the question": ask({}, pad(40)),
  "sections: an answer": ask({ an: 1 }, A_RECORD),
  "sections: ANCOUNT 1, nothing there": ask({ an: 1 }),
  "sections: an authority record": ask({ ns: 1 }, A_RECORD),
  "sections: NSCOUNT 1, nothing there": ask({ ns: 1 }),
  "sections: an additional record": ask({ ar: 1 }, A_RECORD),
  "sections: ARCOUNT 1, nothing there": ask({ ar: 1 }),
  "sections: ARCOUNT 1, half an OPT": ask({ ar: 1 }, opt().subarray(0, 6)),
  "sections: additional record, then OPT": ask({ ar: 2 }, A_RECORD, opt()),
  "sections: OPT, then additional record": ask({ ar: 2 }, opt(), A_RECORD),
  "sections: OPT and two more": ask({ ar: 3 }, opt(), A_RECORD, A_RECORD),
  "sections: ARCOUNT 2, one OPT": ask({ ar: 2 }, opt()),
  "sections: ARCOUNT 65535": ask({ ar: 65535 }, opt()),
  "sections: TSIG of an unknown key": ask({ ar: 1 }, TSIG_RECORD),
  "sections: OPT, then TSIG": ask({ ar: 2 }, opt(), TSIG_RECORD),
  "sections: TSIG, then OPT": ask({ ar: 2 }, TSIG_RECORD, opt()),
  "sections: OPT in answer": ask({ an: 1 }, opt()),
  "sections: OPT in authority": ask({ ns: 1 }, opt()),
  "sections: OPT in answer and additional": ask({ an: 1, ar: 1 }, opt(), opt()),
  "sections: octets behind the OPT": ask({ ar: 1 }, opt(), pad(5)),
  "sections: 200 answers": ask(
    { an: 200 },
    ...new Array<Uint8Array>(200).fill(record(ROOT, 1, 1, 0, ADDRESS)),
  ),
  "sections: IXFR with its SOA": concat(header({ qd: 1, ns: 1 }), question(APEX, 251), SOA_RECORD),
  "sections: IXFR without an SOA": concat(header({ qd: 1 }), question(APEX, 251)),
  "sections: AXFR over UDP": concat(header({ qd: 1 }), question(APEX, 252)),

  // Names.
  "name: pointer to itself": askRaw(0xc0, 12),
  "name: pointer forward": askRaw(0xc0, 18),
  "name: pointer beyond the end": askRaw(0xff, 0xff),
  "name: pointer into the header": askRaw(0xc0, 4),
  "name: label, then pointer to it": askRaw(1, 0x61, 0xc0, 12),
  "name: label, then pointer to itself": askRaw(1, 0x61, 0xc0, 14),
  "name: two pointers in a circle": askRaw(0xc0, 14, 0xc0, 12),
  "name: label, then pointer to a zero octet": askRaw(3, 0x77, 0x77, 0x77, 0xc0, 4),
  "name: half a pointer": concat(header({ qd: 1 }), Uint8Array.of(0xc0)),
  "name: label type 0x40": askRaw(0x40, 0x61, 0),
  "name: label type 0x80": askRaw(0x80, 0x61, 0),
  "name: binary label 0x41": askRaw(0x41, 8, 0xff, 0),
  "name: 255 octets": askName(longName(255)),
  "name: 256 octets": askName(longName(256)),
  "name: 257 octets": askName(longName(257)),
  "name: 120 labels": askName(nameOf(...labels(118, 1), "example", "com")),
  "name: 127 labels": askName(nameOf(...labels(127, 1))),
  "name: 200 labels": askName(nameOf(...labels(198, 1), "example", "com")),
  "name: label of 63": askName(nameOf("a".repeat(63), "example", "com")),
  "name: ends inside a label": concat(header({ qd: 1 }), Uint8Array.of(10, 0x61, 0x61)),
  "name: ends without its zero octet": concat(header({ qd: 1 }), WWW.subarray(0, -1)),
  "name: nothing behind it": concat(header({ qd: 1 }), WWW),
  "name: type, no class": concat(header({ qd: 1 }), WWW, u16(1)),
  "name: half a class": concat(header({ qd: 1 }), WWW, u16(1), Uint8Array.of(0)),
  "name: the root": askName(ROOT),
  "name: the root, NS": askName(ROOT, 2),
  "name: one label": askName(nameOf("com")),
  "name: NUL in a label": askName(nameOf("a\0b", "example", "com")),
  "name: 0xff in a label": askName(nameOf("\xff\xfe", "example", "com")),
  "name: dot in a label": askName(nameOf("www.example", "com")),
  "name: dot in a label that spells www": askName(nameOf("www.example.com")),
  "name: dot below the apex": askName(nameOf("a.b", "example", "com")),
  "name: upper case": askName(nameOf("WwW", "eXaMpLe", "CoM")),
  "name: __proto__": askName(nameOf("__proto__", "example", "com")),

  // Types and classes.
  "type: 0": askName(WWW, 0),
  "type: 65535": askName(WWW, 65535),
  "type: 65280": askName(WWW, 65280),
  "type: OPT": askName(WWW, 41),
  "type: TSIG": askName(WWW, 250),
  "type: TKEY": askName(WWW, 249),
  "type: MAILB": askName(WWW, 253),
  "type: MAILA": askName(WWW, 254),
  "type: ANY": askName(WWW, 255),
  "type: 128": askName(WWW, 128),
  "class: 0": askName(WWW, 1, 0),
  "class: CH": askName(WWW, 1, 3),
  "class: HS": askName(WWW, 1, 4),
  "class: NONE": askName(WWW, 1, 254),
  "class: ANY": askName(WWW, 1, 255),
  "class: ANY, no such name": askName(NX, 1, 255),
  "class: 65535": askName(WWW, 1, 65535),

  // EDNS.
  "edns: plain": askOpt({}),
  "edns: DO": askOpt({ flags: 0x8000 }),
  "edns: two OPT": ask({ ar: 2 }, opt(), opt()),
  "edns: three OPT": ask({ ar: 3 }, opt(), opt(), opt()),
  "edns: version 1": askOpt({ version: 1 }),
  "edns: version 255": askOpt({ version: 255 }),
  "edns: version 1, broken option": askOpt({ version: 1, options: [option(10, pad(3), 20)] }),
  "edns: version 1, opcode 2": ask({ flags: 2 << 11, ar: 1 }, opt({ version: 1 })),
  "edns: version 1, class CH": concat(
    header({ qd: 1, ar: 1 }),
    question(WWW, 1, 3),
    opt({ version: 1 }),
  ),
  "edns: version 1, AXFR over UDP": concat(
    header({ qd: 1, ar: 1 }),
    question(APEX, 252),
    opt({ version: 1 }),
  ),
  "edns: broken option, AXFR over UDP": concat(
    header({ qd: 1, ar: 1 }),
    question(APEX, 252),
    opt({ options: [option(10, pad(3), 20)] }),
  ),
  "edns: version 1, other zone": concat(
    header({ qd: 1, ar: 1 }),
    question("example.org"),
    opt({ version: 1 }),
  ),
  "edns: owner not the root": askOpt({ owner: WWW }),
  "edns: owner a pointer to the root": askOpt({ owner: Uint8Array.of(0xc0, 12 + WWW.length - 1) }),
  "edns: owner a pointer to the name": askOpt({ owner: Uint8Array.of(0xc0, 12) }),
  "edns: extended RCODE in a query": askOpt({ extendedRcode: 7 }),
  "edns: reserved flags": askOpt({ flags: 0x7fff }),
  "edns: size 0": askOpt({ size: 0 }),
  "edns: size 511": askOpt({ size: 511 }),
  "edns: size 65535": askOpt({ size: 65535 }),
  "edns: RDLENGTH beyond the end": askOpt({ rdlength: 100 }),
  "edns: RDLENGTH shorter than the rdata": askOpt({
    rdlength: 2,
    options: [option(65001, pad(4))],
  }),
  "edns: 1 octet of an option": askOpt({ options: [Uint8Array.of(0)] }),
  "edns: 3 octets of an option": askOpt({ options: [Uint8Array.of(0xfd, 0xe9, 0)] }),
  "edns: option longer than the rdata": askOpt({ options: [option(65001, pad(2), 10)] }),
  "edns: unknown option": askOpt({ options: [option(65001, pad(8))] }),
  "edns: option 0": askOpt({ options: [option(0, pad(2))] }),
  "edns: 100 options": askOpt({ options: new Array<Uint8Array>(100).fill(option(65001, pad(1))) }),
  "edns: NSID": askOpt({ options: [option(3, new Uint8Array(0))] }),
  "edns: NSID with data": askOpt({ options: [option(3, pad(4))] }),
  "edns: keepalive over UDP": askOpt({ options: [option(11, new Uint8Array(0))] }),
  "edns: padding": askOpt({ options: [option(12, new Uint8Array(60))] }),
  "cookie: 8 octets": askOpt({ options: [option(10, pad(8))] }),
  "cookie: 24 octets": askOpt({ options: [option(10, pad(24))] }),
  "cookie: 0 octets": askOpt({ options: [option(10, new Uint8Array(0))] }),
  "cookie: 7 octets": askOpt({ options: [option(10, pad(7))] }),
  "cookie: 12 octets": askOpt({ options: [option(10, pad(12))] }),
  "cookie: 41 octets": askOpt({ options: [option(10, pad(41))] }),
  "cookie: two, the second malformed": askOpt({
    options: [option(10, pad(8)), option(10, pad(3))],
  }),
  "cookie: two, the first malformed": askOpt({
    options: [option(10, pad(3)), option(10, pad(8))],
  }),
  "cookie: 8 octets, no question": concat(
    header({ ar: 1 }),
    opt({ options: [option(10, pad(8))] }),
  ),
  "cookie: 24 octets, no question": concat(
    header({ ar: 1 }),
    opt({ options: [option(10, pad(24))] }),
  ),
  "cookie: 7 octets, no question": concat(
    header({ ar: 1 }),
    opt({ options: [option(10, pad(7))] }),
  ),
  "cookie: version 1, no question": concat(
    header({ ar: 1 }),
    opt({ version: 1, options: [option(10, pad(8))] }),
  ),
  "ecs: /24": askEcs(1, 24, 0, 192, 0, 2),
  "ecs: /0": askEcs(1, 0, 0),
  "ecs: v6 /56": askEcs(2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0),
  "ecs: /33": askEcs(1, 33, 0, 192, 0, 2, 1, 0),
  "ecs: v6 /129": askEcs(2, 129, 0, ...new Array<number>(17).fill(0)),
  "ecs: bits beyond the prefix": askEcs(1, 20, 0, 192, 0, 0xff),
  "ecs: scope 24 in a query": askEcs(1, 24, 24, 192, 0, 2),
  "ecs: family 9": askEcs(9, 24, 0, 192, 0, 2),
  "ecs: family 0, /0": askEcs(0, 0, 0),
  "ecs: family 0, /24": askEcs(0, 24, 0, 192, 0, 2),
  "ecs: 0 octets": askOpt({ options: [option(8, new Uint8Array(0))] }),
  "ecs: 3 octets": askOpt({ options: [option(8, Uint8Array.of(0, 1, 24))] }),
  "ecs: address too short": askEcs(1, 24, 0, 192, 0),
  "ecs: address too long": askEcs(1, 24, 0, 192, 0, 2, 0),
  "ecs: twice": askOpt({
    options: [
      clientSubnet(1, 24, 0, Uint8Array.of(192, 0, 2)),
      clientSubnet(1, 24, 0, Uint8Array.of(198, 51, 100)),
    ],
  }),
};

/** Every case, each with an id of its own in the header so that answers cannot be mixed up. */
export const MALFORMED_CASES: readonly MalformedCase[] = Object.entries(cases).map(
  ([id, packet], index) => {
    const numbered = Uint8Array.from(packet);
    if (numbered.length >= 12) numbered.set(u16(0x4000 + index), 0);
    return { id, packet: numbered };
  },
);
