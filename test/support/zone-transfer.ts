/** Messages of zone transfers, right and wrong, for tests of those who receive them. */
import { parseName } from "../../src/wire/name.ts";
import { TYPES } from "./packet.ts";

export interface TransferRecord {
  readonly owner: string;
  readonly type: number;
  readonly class?: number;
  readonly ttl?: number;
  readonly rdata: Uint8Array;
}

export interface TransferMessage {
  readonly id?: number;
  /** Third and fourth octet of the header; a successful authoritative response if left out. */
  readonly flags?: number;
  /** Undefined: none. */
  readonly question?: { readonly name: string; readonly type: string } | undefined;
  readonly answers: readonly TransferRecord[];
  /** Seconds in an EXPIRE option (RFC 7314); left out: there is no OPT record. */
  readonly expire?: number;
}

const AUTHORITATIVE = 0x8400;

/** A message in wire form, without compression. */
export function writeMessage({
  id = 0,
  flags = AUTHORITATIVE,
  question,
  answers,
  expire,
}: TransferMessage): Uint8Array {
  const opt =
    expire === undefined
      ? []
      : [Buffer.from([0]), write16(41, 1232, 0, 0, 8, 9, 4, expire >>> 16, expire & 0xffff)];
  const parts = [
    write16(id, flags, question === undefined ? 0 : 1, answers.length, 0, opt.length > 0 ? 1 : 0),
    ...(question === undefined ? [] : [wireName(question.name), write16(TYPES[question.type]!, 1)]),
    ...answers.map(writeRecord),
    ...opt,
  ];
  return Uint8Array.from(Buffer.concat(parts));
}

export function record(owner: string, type: string, rdata: Uint8Array, ttl = 300): TransferRecord {
  return { owner, type: TYPES[type]!, ttl, rdata };
}

export function address(owner: string, text: string, ttl = 300): TransferRecord {
  return record(owner, "A", Uint8Array.from(text.split(".").map(Number)), ttl);
}

export interface SoaTimes {
  readonly refresh?: number;
  readonly retry?: number;
  readonly expire?: number;
  readonly minimum?: number;
}

export function soa(
  zone: string,
  serial: number,
  { refresh = 3600, retry = 600, expire = 86_400, minimum = 60 }: SoaTimes = {},
): TransferRecord {
  const numbers = Buffer.alloc(20);
  [serial, refresh, retry, expire, minimum].forEach((value, i) => {
    numbers.writeUInt32BE(value, i * 4);
  });
  const names = [wireName(`ns1.${zone}`), wireName(`hostmaster.${zone}`)];
  return record(zone, "SOA", Uint8Array.from(Buffer.concat([...names, numbers])), 3600);
}

export function ns(zone: string, target: string): TransferRecord {
  return record(zone, "NS", wireName(target));
}

export function wireName(text: string): Uint8Array {
  const parsed = parseName(text);
  if (!parsed.ok) throw new SyntaxError(parsed.error);
  return parsed.name;
}

function writeRecord({
  owner,
  type,
  class: recordClass = 1,
  ttl = 300,
  rdata,
}: TransferRecord): Buffer {
  const fields = write16(type, recordClass, ttl >>> 16, ttl & 0xffff, rdata.length);
  return Buffer.concat([wireName(owner), fields, rdata]);
}

function write16(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) octets.writeUInt16BE(value & 0xffff, i * 2);
  return octets;
}
