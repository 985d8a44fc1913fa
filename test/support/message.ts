/**
 * A strict reader of DNS messages, written apart from `src/wire/` and unforgiving: anything a careful resolver could
 * stumble over is an error. dns-packet reads the same octets as a third party.
 */
import { Buffer } from "node:buffer";
import dnsPacket from "dns-packet";
import { FLAGS, TYPES } from "./packet.ts";

export interface ResourceRecord {
  /** Presentation form with the terminal dot, in the case received. */
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Presentation form for the types tests use, `\# n hex` for the others. */
  readonly rdata: string;
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface Message {
  readonly id: number;
  readonly flags: readonly string[];
  readonly opcode: number;
  /** Extended by the OPT record if there is one. */
  readonly rcode: string;
  readonly question: readonly {
    readonly name: string;
    readonly type: number;
    readonly class: number;
  }[];
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without the OPT record. */
  readonly additional: readonly ResourceRecord[];
  readonly edns:
    | {
        readonly size: number;
        readonly version: number;
        readonly do: boolean;
        readonly options: readonly EdnsOption[];
      }
    | undefined;
}

const RCODES: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  9: "NOTAUTH",
  16: "BADVERS",
  23: "BADCOOKIE",
};

/**
 * Reads a whole message or throws: counts that do not match, names that are too long or point forward, rdata that is
 * not used up, octets left over, a second OPT.
 */
export function readMessage(octets: Uint8Array): Message {
  const cursor: Cursor = { octets, at: 0 };
  const id = take16(cursor);
  const word = take16(cursor);
  const counts = [take16(cursor), take16(cursor), take16(cursor), take16(cursor)] as const;
  const question = repeat(counts[0], () => ({
    name: takeName(cursor),
    type: take16(cursor),
    class: take16(cursor),
  }));
  const answer = repeat(counts[1], () => takeRecord(cursor));
  const authority = repeat(counts[2], () => takeRecord(cursor));
  const additional = repeat(counts[3], () => takeRecord(cursor));
  if (cursor.at !== octets.length)
    throw new RangeError(`${octets.length - cursor.at} octets left over`);
  if ([...answer, ...authority].some((record) => record.type === TYPES.OPT)) {
    throw new RangeError("OPT outside the additional section");
  }
  const opts = additional.filter((record) => record.type === TYPES.OPT);
  if (opts.length > 1) throw new RangeError("More than one OPT");
  const edns = opts[0] ? readEdns(opts[0]) : undefined;
  const rcode = (word & 0xf) | ((edns?.extendedRcode ?? 0) << 4);
  return {
    id,
    flags: Object.keys(FLAGS).filter((flag) => (word & FLAGS[flag]!) !== 0),
    opcode: (word >> 11) & 0xf,
    rcode: RCODES[rcode] ?? `RCODE${rcode}`,
    question,
    answer,
    authority,
    additional: additional.filter((record) => record.type !== TYPES.OPT),
    edns: edns && { size: edns.size, version: edns.version, do: edns.do, options: edns.options },
  };
}

/** The scope prefix length of the Client Subnet option in a response; undefined if it has none. */
export function scopeOf(message: Message): number | undefined {
  return message.edns?.options.find((option) => option.code === 8)?.data[3];
}

/** Throws unless dns-packet sees the same records in the same sections as we do. */
export function assertSecondOpinion(octets: Uint8Array, message: Message): void {
  const other = dnsPacket.decode(Buffer.from(octets));
  for (const section of ["answer", "authority"] as const) {
    const theirs = (dnsPacketRecords(other, section) ?? []).map((record) => outline(record));
    const ours = message[section].map((record) => `${plain(record.owner)} ${record.ttl}`);
    if (theirs.join("\n") !== ours.join("\n")) {
      throw new Error(`dns-packet reads another ${section} section: ${theirs.join("; ")}`);
    }
  }
  const addresses = (message.answer ?? []).filter((record) => record.type === TYPES.A);
  const theirAddresses = (dnsPacketRecords(other, "answer") ?? []).filter(
    (record) => record.type === "A",
  );
  if (
    addresses.map((record) => record.rdata).join() !==
    theirAddresses.map((record) => record.data).join()
  ) {
    throw new Error("dns-packet reads other addresses");
  }
}

interface ForeignRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly data?: unknown;
}

function dnsPacketRecords(
  packet: object,
  section: "answer" | "authority",
): ForeignRecord[] | undefined {
  const key = section === "answer" ? "answers" : "authorities";
  return (packet as Record<string, ForeignRecord[] | undefined>)[key];
}

function outline(record: ForeignRecord): string {
  return `${record.name === "." ? "" : record.name} ${record.ttl ?? 0}`;
}

/** dns-packet leaves the terminal dot out and escapes nothing. */
function plain(owner: string): string {
  return owner
    .slice(0, -1)
    .replace(/\\(\d{3}|.)/g, (_, code: string) =>
      code.length === 3 ? Buffer.from([Number(code)]).toString("utf8") : code,
    );
}

interface Cursor {
  readonly octets: Uint8Array;
  at: number;
}

function take8(cursor: Cursor): number {
  const octet = cursor.octets[cursor.at++];
  if (octet === undefined) throw new RangeError("The message ends too early");
  return octet;
}

function take16(cursor: Cursor): number {
  return (take8(cursor) << 8) | take8(cursor);
}

function take32(cursor: Cursor): number {
  return take16(cursor) * 65536 + take16(cursor);
}

function takeOctets(cursor: Cursor, count: number): Uint8Array {
  if (cursor.at + count > cursor.octets.length) throw new RangeError("The message ends too early");
  cursor.at += count;
  return cursor.octets.subarray(cursor.at - count, cursor.at);
}

/** Pointers must point before the place where the name (or its part) began: strictly backward, so they end. */
function takeName(cursor: Cursor): string {
  const labels: string[] = [];
  let length = 1;
  let reader = cursor;
  let start = cursor.at;
  for (;;) {
    const octet = take8(reader);
    if (octet === 0) break;
    if (octet >= 0xc0) {
      const target = ((octet & 0x3f) << 8) | take8(reader);
      if (target >= start || target < 12)
        throw new RangeError(`Pointer from ${start} to ${target}`);
      reader = { octets: cursor.octets, at: target };
      start = target;
      continue;
    }
    if (octet > 63) throw new RangeError(`Label type ${octet >> 6}`);
    length += octet + 1;
    if (length > 255) throw new RangeError("Name longer than 255 octets");
    labels.push(escapeLabel(takeOctets(reader, octet)));
  }
  return `${labels.join(".")}.`;
}

function escapeLabel(label: Uint8Array): string {
  return Array.from(label, (octet) => {
    if (octet === 0x2e || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
    if (octet < 0x21 || octet > 0x7e) return `\\${String(octet).padStart(3, "0")}`;
    return String.fromCharCode(octet);
  }).join("");
}

function takeRecord(cursor: Cursor): ResourceRecord {
  const owner = takeName(cursor);
  const type = take16(cursor);
  const rclass = take16(cursor);
  const ttl = take32(cursor);
  const length = take16(cursor);
  const end = cursor.at + length;
  if (end > cursor.octets.length) throw new RangeError("Rdata runs over the end");
  const rdata = takeRdata(cursor, type, end);
  if (cursor.at !== end) throw new RangeError(`Rdata of type ${type} has not the length it says`);
  return { owner, type, class: rclass, ttl, rdata };
}

function takeRdata(cursor: Cursor, type: number, end: number): string {
  switch (type) {
    case TYPES.A:
      return Array.from(takeOctets(cursor, 4)).join(".");
    case TYPES.AAAA:
      return addressText(takeOctets(cursor, 16));
    case TYPES.NS:
    case TYPES.CNAME:
    case TYPES.PTR:
    case TYPES.DNAME:
      return takeName(cursor);
    case TYPES.MX:
      return `${take16(cursor)} ${takeName(cursor)}`;
    case TYPES.SRV:
      return `${take16(cursor)} ${take16(cursor)} ${take16(cursor)} ${takeName(cursor)}`;
    case TYPES.SOA: {
      const names = `${takeName(cursor)} ${takeName(cursor)}`;
      const numbers = [
        take32(cursor),
        take32(cursor),
        take32(cursor),
        take32(cursor),
        take32(cursor),
      ];
      return `${names} ${numbers.join(" ")}`;
    }
    case TYPES.TXT: {
      const strings: string[] = [];
      while (cursor.at < end) {
        strings.push(
          JSON.stringify(Buffer.from(takeOctets(cursor, take8(cursor))).toString("latin1")),
        );
      }
      if (strings.length === 0) throw new RangeError("TXT without a string");
      return strings.join(" ");
    }
    case TYPES.CAA: {
      const flags = take8(cursor);
      const tag = Buffer.from(takeOctets(cursor, take8(cursor))).toString("latin1");
      const value = Buffer.from(takeOctets(cursor, end - cursor.at)).toString("latin1");
      return `${flags} ${tag} ${JSON.stringify(value)}`;
    }
    default: {
      const octets = takeOctets(cursor, end - cursor.at);
      return `\\# ${octets.length} ${Buffer.from(octets).toString("hex")}`;
    }
  }
}

/** RFC 5952 by way of the URL parser, which is nobody's code under test. */
function addressText(octets: Uint8Array): string {
  const hex = Buffer.from(octets).toString("hex");
  const words = hex.match(/.{4}/g) as string[];
  return new URL(`http://[${words.join(":")}]/`).hostname.slice(1, -1);
}

interface OptRecord {
  readonly size: number;
  readonly extendedRcode: number;
  readonly version: number;
  readonly do: boolean;
  readonly options: readonly EdnsOption[];
}

function readEdns(record: ResourceRecord): OptRecord {
  if (record.owner !== ".") throw new RangeError("OPT not owned by the root");
  if ((record.ttl & 0x7fff) !== 0) throw new RangeError("OPT with reserved flags");
  const cursor: Cursor = {
    octets: Uint8Array.from(Buffer.from(record.rdata.split(" ")[2] ?? "", "hex")),
    at: 0,
  };
  const options: EdnsOption[] = [];
  while (cursor.at < cursor.octets.length) {
    options.push({ code: take16(cursor), data: takeOctets(cursor, take16(cursor)) });
  }
  return {
    size: record.class,
    extendedRcode: Math.floor(record.ttl / 2 ** 24),
    version: Math.floor(record.ttl / 2 ** 16) & 0xff,
    do: (record.ttl & 0x8000) !== 0,
    options,
  };
}

function repeat<T>(count: number, take: () => T): T[] {
  return Array.from({ length: count }, take);
}
