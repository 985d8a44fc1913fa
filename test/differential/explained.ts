/** Where rondo does otherwise than two of the three on purpose: docs/differential.md says the same in prose. */
import type { Difference } from "./compare.ts";
import type { Evidence } from "./evidence.ts";
import type { Outcome } from "./outcome.ts";
import { isBelow } from "./random-names.ts";
import { isMetaType, type RandomQuery } from "./random-query.ts";
import type { Walk } from "./walk.ts";

export interface Explanation {
  readonly id: string;
  readonly because: string;
  readonly matches: (difference: Difference, evidence: Evidence) => boolean;
}

const TYPE_SIG = 24;
const TYPE_KEY = 25;
const TYPE_ANY = 255;
const CLASS_IN = 1;
const CLASS_CH = 3;
const CLASS_ANY = 255;
/** Reserved, and NONE, which only UPDATE has (RFC 2136 §1.3). */
const NO_CLASSES: readonly number[] = [0, 254];
const OPCODE_NOTIFY = 4;
const HEADER_OCTETS = 12;
const CLASSIC_UDP_OCTETS = 512;
const UDP_LIMIT = 1232;
const STREAM_LIMIT = 65_535;
/** Address records whose owner is a pointer. */
const ADDRESS_RECORD_OCTETS: Readonly<Record<string, number>> = { TYPE1: 16, TYPE28: 28 };

export const EXPLANATIONS: readonly Explanation[] = [
  {
    id: "cd-copied",
    because:
      "CD comes back as it was sent (RFC 4035 §3.1.6), as with BIND, and with NSD where it does not know the opcode",
    matches: ({ aspect, own, expected, query, peers: { nsd, named } }) =>
      aspect === "flags" &&
      own.aspects.flags.replace(" cd", "") === expected &&
      ((query.opcode === 0 ? named : nsd).aspects.flags.includes(" cd") || isLimited(query, named)),
  },
  {
    id: "opcode-unread",
    because:
      "of a message of an opcode that is not served nothing but the header is read, so no EDNS is seen in it, as with NSD",
    matches: ({ aspect, query, own, peers: { nsd } }) =>
      query.opcode !== 0 &&
      query.opcode !== OPCODE_NOTIFY &&
      (aspect === "rcode" || aspect === "question" || aspect === "edns") &&
      own.aspects.rcode === "NOTIMP" &&
      own.reply?.length === HEADER_OCTETS &&
      own.aspects[aspect] === nsd.aspects[aspect],
  },
  {
    id: "cut-over-tcp",
    because:
      "a message without a whole question is a format error over TCP as over UDP, as with BIND; NSD and Knot say nothing",
    matches: ({ aspect, query, own, peers: { named } }) =>
      query.transport === "tcp" &&
      (query.text.includes("cut after") || query.text.endsWith("no question")) &&
      own.aspects.rcode === "FORMERR" &&
      aspect !== "additional" &&
      own.aspects[aspect] === named.aspects[aspect],
  },
  {
    id: "notify-class",
    because:
      "a NOTIFY of another class than IN is refused; BIND calls it a format error if the class is 0, NONE or ANY, and Knot if octets are left over or the payload size is 1",
    matches: ({ aspect, query, own, peers: { knotd, named } }) =>
      (aspect === "rcode" || aspect === "edns") &&
      query.opcode === OPCODE_NOTIFY &&
      (query.class === CLASS_ANY || NO_CLASSES.includes(query.class)) &&
      (query.size === 1 || query.text.endsWith("octets behind")) &&
      own.aspects.rcode === "REFUSED" &&
      knotd.aspects.rcode === "FORMERR" &&
      named.aspects.rcode === "FORMERR",
  },
  {
    id: "version-first",
    because:
      "an unknown version of EDNS is told of, whatever else the message holds (RFC 6891 §6.1.3), as with BIND; NSD wants a question, and Knot another payload size than 1",
    matches: ({ aspect, query, own, peers: { nsd, knotd, named } }) =>
      (aspect === "rcode" || aspect === "edns") &&
      query.size === 1 &&
      query.text.endsWith("no question") &&
      own.aspects.rcode === "BADVERS" &&
      own.aspects[aspect] === named.aspects[aspect] &&
      nsd.aspects.rcode === "FORMERR" &&
      knotd.aspects.rcode === "FORMERR",
  },
  {
    id: "unlike-errors",
    because:
      "BIND calls the classes 0 and NONE and all meta-types a format error, and Knot a payload size of 1 and octets left over; who does neither, as NSD, meets both at once",
    matches: ({ aspect, query, own, peers: { nsd, knotd, named } }, { whole, walk }) =>
      (NO_CLASSES.includes(query.class) || isMetaType(query.type)) &&
      (query.size === 1 || query.text.endsWith("octets behind")) &&
      knotd.aspects.rcode === "FORMERR" &&
      knotd.aspects.edns === "none" &&
      named.aspects.rcode === "FORMERR" &&
      aspect !== "reply" &&
      (isLike(own, nsd) || (query.class === CLASS_IN && saysTheSame(whole.own, walk))),
  },
  {
    id: "class-any",
    because:
      "QCLASS ANY is answered without AA (RFC 1035 §6.2), as with NSD, and denied with the SOA, as with Knot; BIND calls it a format error",
    matches: ({ aspect, query, own, expected }, { walk }) =>
      query.class === CLASS_ANY &&
      (aspect === "flags"
        ? own.aspects.flags.replace(" cd", "") === expected.replace(" aa", "")
        : aspect !== "tc" && saysTheSame(own, walk)),
  },
  {
    id: "any-one-rrset",
    because: "ANY gets one RRset (RFC 8482 §4.1); which one is the server's choice",
    matches: (difference, { whole, walk }) =>
      difference.query.type === TYPE_ANY &&
      isOneSet(difference.own.isTruncated ? whole.own : difference.own) &&
      (isRightTo(difference, walk) || isTooLong(difference, whole.own, walk)),
  },
  {
    id: "chain-across-zones",
    because:
      "a chain is followed into other zones of this server (RFC 1034 §4.3.2), as NSD does, so far that it may not fit; Knot and BIND leave that to the resolver",
    matches: (difference, { whole, walk }) =>
      whole.own.answer.some(isLeading) &&
      (isRightTo(difference, walk) || isTooLong(difference, whole.own, walk)),
  },
  {
    id: "sig-beside-alias",
    because:
      "SIG and KEY are followed through an alias like any other type, as with Knot and NSD; BIND says that there is none beside a CNAME (RFC 2535 §2.3.5), and NSD that there is none at a name that another zone of the server has",
    matches: ({ aspect, query, own, peers: { knotd, named } }) =>
      (query.type === TYPE_SIG || query.type === TYPE_KEY) &&
      own.answer.some(isLeading) &&
      named.answer.length === 0 &&
      aspect !== "additional" &&
      own.aspects[aspect] === knotd.aspects[aspect],
  },
  {
    id: "rdata-case",
    because:
      "names in the data of types later than RFC 1035 keep the case they are written in (RFC 3597 §7), as with BIND; NSD and Knot fold it",
    matches: ({ aspect, own, expected, peers: { named } }) =>
      aspect === "answer" &&
      own.aspects.answer === named.aspects.answer &&
      foldData(own.aspects.answer) === foldData(expected),
  },
  {
    id: "fits-not",
    because:
      "names in data are compressed to the zone's apex alone, so a message about long names does not fit where it just fits elsewhere",
    matches: (difference, { whole, walk }) => isTooLong(difference, whole.own, walk),
  },
  {
    id: "fits",
    because: "TC says nothing but that something is missing that must be there (RFC 9471 §3)",
    matches: ({ aspect, own }, { whole, walk }) =>
      aspect === "tc" &&
      !own.isTruncated &&
      saysTheSame(own, walk) &&
      agreedAdditional(Object.values(whole.peers))
        .filter((line) => isGlue(line, own))
        .every((line) => own.additional.includes(line)),
  },
  {
    id: "additional-left-out",
    because: "addresses beside an answer are left out where the message is full (RFC 2181 §9)",
    matches: ({ aspect, query, own, expected }, { whole }) =>
      aspect === "additional" &&
      missingSets(own, expected).every(
        (lines) =>
          lines.every((line) => whole.own.additional.includes(line) && !isGlue(line, own)) &&
          (own.reply?.length ?? 0) + octetsOf(lines) > limitOf(query),
      ),
  },
];

/** Octets that a response of rondo may have. */
function limitOf({ transport, size }: RandomQuery): number {
  if (transport === "tcp") return STREAM_LIMIT;
  return Math.min(UDP_LIMIT, Math.max(CLASSIC_UDP_OCTETS, size ?? 0));
}

/** BIND's own view of CHAOS answers three times a second, whatever is configured. */
function isLimited(query: RandomQuery, named: Outcome): boolean {
  return query.class === CLASS_CH && named.reply === undefined;
}

function isLike(own: Outcome, other: Outcome): boolean {
  return (
    own.aspects.rcode === other.aspects.rcode &&
    own.answer.join() === other.answer.join() &&
    own.authority.join() === other.authority.join()
  );
}

/** The case of names in data is compared where it is the difference. */
function saysTheSame(own: Outcome, walk: Walk | undefined): boolean {
  return (
    walk !== undefined &&
    own.aspects.rcode === walk.rcode &&
    foldData(own.answer.join()) === foldData(walk.answer.join()) &&
    own.authority.join() === walk.authority.join()
  );
}

/** Whether it is the whole answer that a resolver comes to by itself. */
function isRightTo({ aspect, own }: Difference, walk: Walk | undefined): boolean {
  const isContent = ["answer", "authority", "rcode", "tc", "additional"].includes(aspect);
  return isContent && !own.isTruncated && saysTheSame(own, walk);
}

/** Whether the answer is right, and what must be in it is longer than a datagram may be. */
function isTooLong(
  { aspect, own, query }: Difference,
  whole: Outcome,
  walk: Walk | undefined,
): boolean {
  if (!own.isTruncated || !(aspect === "tc" || aspect === "rcode")) return false;
  const spare = whole.additional.filter((line) => !isGlue(line, whole));
  const needed = (whole.reply?.length ?? 0) - octetsOf(spare);
  return saysTheSame(whole, walk) && needed > limitOf(query);
}

/** The address of a name server below the cut that it serves: without it, nobody can go on. */
function isGlue(line: string, { authority }: Outcome): boolean {
  const [owner] = line.split(" ");
  return authority.some((ns) => {
    const [cut, , , type, target] = ns.split(" ");
    return type === "TYPE2" && target === owner && isBelow(owner!, cut!);
  });
}

function agreedAdditional(outcomes: readonly Outcome[]): string[] {
  const lines = outcomes.flatMap(({ additional }) => additional);
  return [...new Set(lines)].filter((line) => lines.filter((one) => one === line).length > 1);
}

/** The records that are wanted and not there, by owner and type. */
function missingSets(own: Outcome, expected: string): string[][] {
  const sets = new Map<string, string[]>();
  for (const line of expected.split("\n")) {
    if (own.additional.includes(line)) continue;
    const key = `${line.split(" ")[0]} ${typeOf(line)}`;
    sets.set(key, [...(sets.get(key) ?? []), line]);
  }
  return [...sets.values()];
}

function octetsOf(addresses: readonly string[]): number {
  return addresses.reduce((sum, line) => sum + (ADDRESS_RECORD_OCTETS[typeOf(line)] ?? 0), 0);
}

function isOneSet({ answer }: Outcome): boolean {
  return new Set(answer.filter((line) => !isLeading(line)).map(typeOf)).size <= 1;
}

/** Whether a record is a CNAME or DNAME, which leads to the answer. */
function isLeading(line: string): boolean {
  return ["TYPE5", "TYPE39"].includes(typeOf(line));
}

function typeOf(line: string): string {
  return line.split(" ")[3]!;
}

/** Rdata in hexadecimal with its letters in lower case. */
function foldData(lines: string): string {
  return lines.replace(/(?<=\\# \d+ )[0-9a-f]+/g, (hex) =>
    Buffer.from(hex, "hex").toString("latin1").toLowerCase(),
  );
}
