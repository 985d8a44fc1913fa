/**
 * What each malformed query gets: an RCODE, or silence. The rule: what at least three of NSD, Knot, BIND and gdnsd agree
 * on (`test/peers/malformed-majority.test.ts` asks them). Where they do not agree, or we differ, the reason stands here.
 */

export interface Expectation {
  readonly rcode: string;
  /** Present exactly where there is no majority to follow, or we do not follow it. */
  readonly because?: string;
  /** What the whole server says to what only its control plane can answer; in process it is `rcode`. */
  readonly byServer?: string;
}

const TRANSFERS = "No majority: transfers are the control plane's, which refuses this one";
const UNUSED_SECTIONS =
  "Records a query has no use for are refused unread, as NSD does, so that none costs CPU time";
const BAD_OPTION =
  "NSD and Knot do not look at the option; BIND and gdnsd refuse what the RFC calls malformed";

/** Ids that share an outcome, without a reason because they follow the majority. */
const MAJORITY: Readonly<Record<string, readonly string[]>> = {
  silence: [
    "header: nothing at all",
    "header: 1 octet",
    "header: 11 octets",
    "header: QR set",
    "header: QR set, 12 octets",
    "header: QR set, broken name",
    "header: QR set, opcode 4",
  ],
  FORMERR: [
    "header: alone, QDCOUNT 0",
    "header: alone, QDCOUNT 1",
    "header: alone, QDCOUNT 65535",
    "header: QDCOUNT 0 with a question behind",
    "header: QDCOUNT 0 with OPT",
    "header: QDCOUNT 2",
    "edns: broken option, AXFR over UDP",
    "header: QDCOUNT 2, one question",
    "sections: ANCOUNT 1, nothing there",
    "sections: NSCOUNT 1, nothing there",
    "sections: ARCOUNT 1, nothing there",
    "sections: ARCOUNT 1, half an OPT",
    "sections: ARCOUNT 2, one OPT",
    "sections: ARCOUNT 65535",
    "sections: TSIG, then OPT",
    "sections: OPT in answer",
    "sections: OPT in authority",
    "sections: OPT in answer and additional",
    "name: pointer to itself",
    "name: pointer forward",
    "name: pointer beyond the end",
    "name: label, then pointer to it",
    "name: label, then pointer to itself",
    "name: two pointers in a circle",
    "name: half a pointer",
    "name: label type 0x40",
    "name: label type 0x80",
    "name: binary label 0x41",
    "name: 256 octets",
    "name: 257 octets",
    "name: 200 labels",
    "name: ends inside a label",
    "name: ends without its zero octet",
    "name: nothing behind it",
    "name: type, no class",
    "name: half a class",
    "edns: two OPT",
    "edns: three OPT",
    "edns: RDLENGTH beyond the end",
    "edns: RDLENGTH shorter than the rdata",
    "edns: 1 octet of an option",
    "edns: 3 octets of an option",
    "edns: option longer than the rdata",
    "cookie: 7 octets, no question",
  ],
  NOTIMP: [
    "header: opcode 1 IQUERY",
    "header: opcode 2 STATUS",
    "header: opcode 3",
    "header: opcode 6 DSO",
    "header: opcode 15",
    "header: opcode 15, header alone",
    "sections: AXFR over UDP",
  ],
  NOTAUTH: ["sections: TSIG of an unknown key", "sections: OPT, then TSIG"],
  BADVERS: [
    "edns: version 1",
    "edns: version 255",
    "edns: version 1, class CH",
    "edns: version 1, AXFR over UDP",
    "edns: version 1, other zone",
    "cookie: version 1, no question",
  ],
  REFUSED: [
    "name: 127 labels",
    "name: the root",
    "name: the root, NS",
    "name: one label",
    "name: dot in a label",
    "name: dot in a label that spells www",
    "class: 0",
    "class: CH",
    "class: HS",
    "class: NONE",
    "class: 65535",
  ],
  NXDOMAIN: [
    "name: 255 octets",
    "name: 120 labels",
    "name: label of 63",
    "name: NUL in a label",
    "name: 0xff in a label",
    "name: dot below the apex",
    "name: __proto__",
    "class: ANY, no such name",
  ],
  NOERROR: [
    "header: AA",
    "header: TC",
    "header: RA",
    "header: Z",
    "header: AD and CD",
    "header: RCODE 3",
    "header: every flag but QR",
    "sections: 1 octet behind the question",
    "sections: 40 octets behind the question",
    "sections: an additional record",
    "sections: additional record, then OPT",
    "sections: OPT, then additional record",
    "sections: octets behind the OPT",
    "name: upper case",
    "type: 0",
    "type: 65535",
    "type: 65280",
    "type: OPT",
    "type: ANY",
    "class: ANY",
    "edns: plain",
    "edns: DO",
    "edns: extended RCODE in a query",
    "edns: reserved flags",
    "edns: size 0",
    "edns: size 511",
    "edns: size 65535",
    "edns: unknown option",
    "edns: option 0",
    "edns: 100 options",
    "edns: NSID",
    "edns: NSID with data",
    "edns: keepalive over UDP",
    "edns: padding",
    "cookie: 8 octets",
    "cookie: 24 octets",
    "cookie: two, the second malformed",
    "cookie: 8 octets, no question",
    "ecs: /24",
    "ecs: /0",
    "ecs: v6 /56",
    "ecs: family 0, /0",
    "ecs: twice",
  ],
};

const REASONED: Readonly<Record<string, Expectation>> = {
  "header: opcode 2, broken name": {
    rcode: "NOTIMP",
    because: "No majority: what follows the header of an unknown opcode need not be a question",
  },
  "header: NOTIFY": {
    rcode: "NOTIMP",
    because: "No majority: it is for the control plane, and we are nobody's secondary",
    byServer: "NOTAUTH",
  },
  "header: UPDATE": { rcode: "NOTIMP", because: "No majority: zones come from files" },
  "sections: an answer": { rcode: "FORMERR", because: UNUSED_SECTIONS },
  "sections: an authority record": { rcode: "FORMERR", because: UNUSED_SECTIONS },
  "sections: OPT and two more": { rcode: "FORMERR", because: UNUSED_SECTIONS },
  "sections: 200 answers": { rcode: "FORMERR", because: UNUSED_SECTIONS },
  "sections: IXFR with its SOA": {
    rcode: "NOTIMP",
    because: TRANSFERS,
    byServer: "REFUSED",
  },
  "sections: IXFR without an SOA": { rcode: "NOTIMP", because: TRANSFERS },
  "name: pointer into the header": {
    rcode: "FORMERR",
    because:
      "No majority: a pointer in the only question points at nothing sensible and is never followed",
  },
  "name: label, then pointer to a zero octet": {
    rcode: "FORMERR",
    because:
      "No majority: a pointer in the only question points at nothing sensible and is never followed",
  },
  "type: TSIG": {
    rcode: "NOERROR",
    because: "No majority: a type without data has none (RFC 3597)",
  },
  "type: TKEY": {
    rcode: "NOERROR",
    because: "No majority: a type without data has none (RFC 3597)",
  },
  "type: MAILB": {
    rcode: "NOERROR",
    because: "No majority: a type without data has none (RFC 3597)",
  },
  "type: MAILA": {
    rcode: "NOERROR",
    because: "No majority: a type without data has none (RFC 3597)",
  },
  "type: 128": {
    rcode: "NOERROR",
    because: "No majority: a type without data has none (RFC 3597)",
  },
  "edns: version 1, broken option": {
    rcode: "BADVERS",
    because: "No majority: options of a version we do not know cannot be judged (RFC 6891 §6.1.3)",
  },
  "edns: version 1, opcode 2": {
    rcode: "NOTIMP",
    because:
      "An opcode we do not know may give the message another shape; NSD does not look for an OPT either",
  },
  "edns: owner not the root": {
    rcode: "FORMERR",
    because: "No majority: RFC 6891 §6.1.2 says it must be 0",
  },
  "edns: owner a pointer to the root": {
    rcode: "FORMERR",
    because: "RFC 6891 §6.1.2 says the name must be 0; pointers in queries are never followed",
  },
  "edns: owner a pointer to the name": {
    rcode: "FORMERR",
    because: "No majority: RFC 6891 §6.1.2 says it must be 0",
  },
  "cookie: 24 octets, no question": {
    rcode: "BADCOOKIE",
    because: "RFC 7873 §5.4 says so where the server cookie is bad; the others do not tell",
  },
  ...Object.fromEntries(
    [
      "cookie: 0 octets",
      "cookie: 7 octets",
      "cookie: 12 octets",
      "cookie: 41 octets",
      "cookie: two, the first malformed",
      "ecs: /33",
      "ecs: v6 /129",
      "ecs: bits beyond the prefix",
      "ecs: scope 24 in a query",
      "ecs: family 9",
      "ecs: family 0, /24",
      "ecs: 0 octets",
      "ecs: 3 octets",
      "ecs: address too short",
      "ecs: address too long",
    ].map((id) => [id, { rcode: "FORMERR", because: BAD_OPTION }]),
  ),
};

/** By the id of the case. */
export const MALFORMED_EXPECTATIONS: ReadonlyMap<string, Expectation> = new Map([
  ...Object.entries(MAJORITY).flatMap(([rcode, ids]) =>
    ids.map((id): [string, Expectation] => [id, { rcode }]),
  ),
  ...Object.entries(REASONED),
]);
