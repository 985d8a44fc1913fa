/** Where rondo does otherwise than two of the three on purpose: docs/differential.md says the same in prose. */
import { type Difference, PEERS } from "./compare.ts";
import type { Aspect } from "./outcome.ts";

export interface Explanation {
  readonly id: string;
  readonly because: string;
  readonly matches: (difference: Difference) => boolean;
}

const TYPE_ANY = 255;
const CLASS_ANY = 255;
const CLASSIC_UDP_OCTETS = 512;
/** An AAAA record whose owner is a pointer. */
const ADDRESS_RECORD_OCTETS = 28;
/** What messages that say the same may differ by in length. */
const LITTLE_OCTETS = 48;

/** Whether a record is a CNAME or DNAME, which leads to the answer. */
function isLeading(line: string): boolean {
  return ["TYPE5", "TYPE39"].includes(typeOf(line));
}

function typeOf(line: string): string {
  return line.split(" ")[3]!;
}

export const EXPLANATIONS: readonly Explanation[] = [
  {
    id: "chain-across-zones",
    because:
      "a chain is followed into other zones of this server (RFC 1034 §4.3.2), as NSD does; Knot and BIND leave that to the resolver",
    matches: ({ aspect, own, peers: { nsd, knotd, named } }) =>
      ["answer", "authority", "rcode", "tc"].includes(aspect) &&
      own.aspects[aspect as Aspect] === nsd.aspects[aspect as Aspect] &&
      [knotd, named].some(
        ({ answer }) =>
          answer.some(isLeading) &&
          (own.isTruncated || answer.every((line) => own.answer.includes(line))),
      ),
  },
  {
    id: "chain-too-long",
    because: "a chain that is followed through other zones may not fit, as with NSD",
    matches: ({ aspect, own, peers: { nsd, knotd, named } }) =>
      nsd.isTruncated &&
      (aspect === "tc"
        ? own.isTruncated
        : own.answer.length > 0 &&
          [knotd, named].some(({ answer }) => answer.every((line) => own.answer.includes(line)))),
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
    matches: ({ aspect, query, own, peers: { nsd } }) =>
      query.opcode !== 0 &&
      ["rcode", "question", "edns"].includes(aspect) &&
      own.aspects[aspect as Aspect] === nsd.aspects[aspect as Aspect],
  },
  {
    id: "any-one-rrset",
    because: "ANY gets one RRset (RFC 8482 §4.1); which one is the server's choice",
    matches: ({ aspect, query, own, isTrue }) =>
      query.type === TYPE_ANY &&
      (aspect === "answer" || aspect === "tc") &&
      isTrue &&
      own.answer.length > 0 &&
      new Set(own.answer.filter((line) => !isLeading(line)).map(typeOf)).size <= 1,
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
      "how well names are compressed decides whether a message just fits; and TC says nothing but that something is missing that must be there (RFC 9471 §3)",
    matches: ({ aspect, own, peers }) => {
      if (aspect !== "tc" || !own.isTruncated) return aspect === "tc";
      const lengths = PEERS.filter((peer) => !peers[peer].isTruncated).map(
        (peer) => peers[peer].reply?.length ?? 0,
      );
      return Math.max(...lengths) > CLASSIC_UDP_OCTETS - LITTLE_OCTETS;
    },
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
