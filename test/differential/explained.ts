/** Where rondo does otherwise than two of the three on purpose: docs/differential.md says the same in prose. */
import type { Difference } from "./compare.ts";

export interface Explanation {
  readonly id: string;
  readonly because: string;
  readonly matches: (difference: Difference) => boolean;
}

const TYPE_ANY = 255;
const CLASS_ANY = 255;
const OPCODE_UPDATE = 5;
const CLASSIC_UDP_OCTETS = 512;
/** An AAAA record whose owner is a pointer. */
const ADDRESS_RECORD_OCTETS = 28;
/** Octets of a name beside which little else fits into 512. */
const LONG_NAME = 128;

export const EXPLANATIONS: readonly Explanation[] = [
  {
    id: "chain-across-zones",
    because:
      "a chain is followed into other zones of this server (RFC 1034 §4.3.2), as NSD does; Knot and BIND leave that to the resolver",
    matches: ({ aspect, own, peers: { nsd, knotd, named } }) =>
      ["answer", "authority", "rcode"].includes(aspect) &&
      own.answer.length > 0 &&
      own.aspects[aspect as "answer"] === nsd.aspects[aspect as "answer"] &&
      [knotd, named].some(({ answer }) => answer.every((line) => own.answer.includes(line))),
  },
  {
    id: "cd-copied",
    because:
      "CD comes back as it was sent (RFC 4035 §3.1.6), as with BIND, and with NSD where it does not know the opcode",
    matches: ({ aspect, own, expected, query, peers: { nsd, named } }) =>
      aspect === "flags" &&
      own.aspects.flags.replace(" cd", "") === expected &&
      (query.opcode === 0 ? named : nsd).aspects.flags.includes(" cd"),
  },
  {
    id: "class-any",
    because:
      "QCLASS ANY is answered without AA, as with NSD (RFC 1035 §6.2), and denied with the SOA, as with Knot; BIND calls it a format error",
    matches: ({ aspect, query, own, peers: { nsd, knotd } }) =>
      query.class === CLASS_ANY &&
      ["authority", "answer", "rcode", "flags", "additional"].includes(aspect) &&
      (own.aspects.rcode === nsd.aspects.rcode || own.aspects.rcode === knotd.aspects.rcode),
  },
  {
    id: "opcode-unread",
    because:
      "of a message of an opcode that is not served nothing but the header is read, so no EDNS is seen in it, as with NSD",
    matches: ({ aspect, query, peers: { nsd } }) =>
      aspect === "edns" && query.opcode !== 0 && nsd.aspects.edns === "none",
  },
  {
    id: "any-one-rrset",
    because: "ANY gets one RRset (RFC 8482 §4.1); which one is the server's choice",
    matches: ({ aspect, query, own }) =>
      query.type === TYPE_ANY &&
      (aspect === "answer" || aspect === "tc") &&
      new Set(own.answer.map((line) => line.split(" ")[3])).size <= 1,
  },
  {
    id: "update",
    because: "dynamic update (RFC 2136) is not served: NOTIMP, as with NSD",
    matches: ({ query, own }) => query.opcode === OPCODE_UPDATE && own.aspects.rcode === "NOTIMP",
  },
  {
    id: "rdata-case",
    because:
      "names in the data of types later than RFC 1035 keep the case they are written in (RFC 3597 §7), as with BIND; NSD and Knot fold it",
    matches: ({ aspect, own, peers: { named } }) =>
      aspect === "answer" && own.aspects.answer === named.aspects.answer,
  },
  {
    id: "fits-or-not",
    because:
      "how well names are compressed decides whether a message fits: rondo shortens them to the apex alone, and says TC for nothing but what must be there (RFC 9471 §3)",
    matches: ({ aspect, query, own }) =>
      aspect === "tc" && (!own.isTruncated || query.name.length > LONG_NAME),
  },
  {
    id: "additional-left-out",
    because: "addresses beside an answer are left out where the message is full (RFC 2181 §9)",
    matches: ({ aspect, query, own }) =>
      aspect === "additional" &&
      own.answer.length > 0 &&
      own.reply !== undefined &&
      own.reply.length > Math.max(CLASSIC_UDP_OCTETS, query.size ?? 0) - ADDRESS_RECORD_OCTETS,
  },
];
