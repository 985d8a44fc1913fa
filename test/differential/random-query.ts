/** Questions about a world: what a resolver asks, and what only an enemy would. */
import { clientSubnetOf, option, query, typeNumber } from "../support/packet.ts";
import type { Random } from "../support/random.ts";
import { damagePacket, intact } from "./damage-packet.ts";
import { labelsOf, prepend, randomBelow, randomLabel, randomLong } from "./random-names.ts";
import type { RandomZone } from "./random-world.ts";

export interface RandomQuery {
  /** With an ID of 0, to be set when it is sent. */
  readonly packet: Uint8Array;
  readonly transport: "udp" | "tcp";
  /** As it is written in a report: name, class, type and what is odd. */
  readonly text: string;
  /** Absolute, in the case of the packet. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly opcode: number;
  /** Octets a response over UDP may have by what the query says; undefined without EDNS. */
  readonly size: number | undefined;
}

const COMMON_TYPES = [
  ..."A A A A AAAA TXT MX NS SOA CNAME DNAME SRV PTR DS HTTPS SVCB ANY CAA NAPTR".split(" "),
].map(numberOf);
const RARE_TYPES = [
  ..."OPT RRSIG NSEC NSEC3 DNSKEY CDS KEY SIG NXT LOC HINFO RP AFSDB KX URI CERT TLSA SSHFP".split(
    " ",
  ),
  ..."TYPE0 MAILA MAILB TYPE65280 TYPE65401 TYPE65535 TYPE128 TYPE54 NULL".split(" "),
].map(numberOf);

const TYPE_OPT = 41;

const SIZES = [1232, 1232, 4096, 512, 700, 0, 1, 511, 513, 1231, 1233, 65535];

export function createQuery(random: Random, zones: readonly RandomZone[]): RandomQuery {
  const name = randomCase(random, randomName(random, zones));
  const type = randomType(random);
  const qclass = random.below(40) === 0 ? random.pick([3, 4, 254, 255, 255, 0, 257, 65535]) : 1;
  const opcode = random.below(60) === 0 ? random.pick([4, 4, 4, 1 + random.below(15)]) : 0;
  const flags = ["rd", "ra", "aa", "tc", "z", "ad", "cd"].filter((flag) =>
    flag === "rd" ? random.below(2) === 0 : random.below(12) === 0,
  );
  const hasEdns = random.below(3) > 0;
  const size = random.below(8) === 0 ? random.below(65536) : random.pick(SIZES);
  const version = random.below(60) === 0 ? 1 + random.below(255) : 0;
  const isSecure = random.below(3) === 0;
  const options = hasEdns ? randomOptions(random) : [];
  const whole = query({
    name,
    type,
    class: qclass,
    opcode,
    flags,
    id: 0,
    ...(hasEdns && { edns: { size, version, do: isSecure, options } }),
  });
  const { packet, damage } = random.below(50) === 0 ? damagePacket(random, whole) : intact(whole);
  const transport = random.below(8) === 0 ? "tcp" : "udp";
  const edns = `edns ${size}${isSecure ? " do" : ""}${version > 0 ? ` v${version}` : ""} ${options.length} options`;
  const oddities = [
    `class ${qclass}`,
    `type ${type}`,
    transport,
    ...(opcode > 0 ? [`opcode ${opcode}`] : []),
    ...flags,
    ...(hasEdns ? [edns] : []),
    ...(damage === undefined ? [] : [damage]),
  ];
  return {
    packet,
    transport,
    text: `${name} ${oddities.join(", ")}`,
    name,
    type,
    class: qclass,
    opcode,
    size: hasEdns ? size : undefined,
  };
}

/** QTYPEs that no record of a zone has (RFC 6895 §3.1): OPT and the others. */
export function isMetaType(type: number): boolean {
  return type === TYPE_OPT || (type >= 128 && type <= 255);
}

function randomName(random: Random, zones: readonly RandomZone[]): string {
  const { apex, records } = random.pick(zones);
  const owner = random.pick(records).owner;
  switch (random.below(12)) {
    case 0:
      return apex;
    case 1:
    case 2:
      return prepend(randomLabel(random), owner);
    case 3:
      return randomBelow(random, owner);
    case 4:
      return ancestor(random, owner);
    case 5:
      return prepend(randomLabel(random), ancestor(random, owner));
    case 6:
      return owner.replace(/^\*\./, `${randomLabel(random)}.`);
    case 7:
      return randomTargetOf(random, zones);
    case 8:
      if (random.below(3) === 0) return randomLong(random, owner);
      return random.below(4) === 0
        ? randomBelow(random, random.pick([".", "test.", "example."]))
        : owner;
    default:
      return owner;
  }
}

function ancestor(random: Random, name: string): string {
  const labels = labelsOf(name);
  return `${labels.slice(random.below(labels.length)).join(".")}.`;
}

/** A name that some record leads to, or one below it. */
function randomTargetOf(random: Random, zones: readonly RandomZone[]): string {
  const { apex, records } = random.pick(zones);
  const target = random
    .pick(records)
    .rdata.split(" ")
    .find((word) => /[^\\]\.$/.test(word));
  if (target === undefined) return apex;
  return random.below(3) === 0 ? prepend(randomLabel(random), target) : target;
}

function randomType(random: Random): number {
  const kind = random.below(20);
  if (kind < 16) return random.pick(COMMON_TYPES);
  if (kind < 19) return random.pick(RARE_TYPES);
  const type = random.below(65536);
  // Transfers and signatures are tested by themselves.
  return type >= 249 && type <= 252 ? 1 : type;
}

function randomCase(random: Random, name: string): string {
  if (random.below(3) > 0) return name;
  return name.replace(/\\\d{3}|\\?[a-z]/g, (letter) =>
    letter.length === 1 && random.below(2) === 0 ? letter.toUpperCase() : letter,
  );
}

function randomOptions(random: Random): Uint8Array[] {
  const options: Uint8Array[] = [];
  if (random.below(6) === 0)
    options.push(clientSubnetOf(random.pick(["192.0.2.0/24", "2001:db8::/56", "10.0.0.0/8"])));
  // NSID, EXPIRE, and what nobody knows. Cookies, keepalive and padding are answered or not as each server is set up.
  if (random.below(12) === 0) options.push(option(random.pick([3, 9]), new Uint8Array(0)));
  if (random.below(10) === 0) {
    options.push(option(65001 + random.below(533), new Uint8Array(random.below(20))));
  }
  return options;
}

function numberOf(type: string): number {
  const known: Readonly<Record<string, number>> = {
    DNAME: 39,
    SVCB: 64,
    NAPTR: 35,
    NSEC: 47,
    NSEC3: 50,
    DNSKEY: 48,
    CDS: 59,
    KEY: 25,
    SIG: 24,
    NXT: 30,
    LOC: 29,
    RP: 17,
    AFSDB: 18,
    KX: 36,
    URI: 256,
    CERT: 37,
    TLSA: 52,
    SSHFP: 44,
  };
  return known[type] ?? typeNumber(type);
}
