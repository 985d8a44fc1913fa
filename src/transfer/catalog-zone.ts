import { createHash } from "node:crypto";
import { parseName } from "../wire/name.ts";
import { TYPE_NS, TYPE_PTR, TYPE_SOA, TYPE_TXT } from "../wire/rr-types.ts";
import type { Name, RRset, TransferSettings, Zone } from "../zone/model.ts";

/** What a catalog zone is made of (RFC 9432). */
export interface CatalogContent {
  /** Wire form, lower case. */
  readonly apex: Name;
  readonly serial: number;
  /** Apexes. */
  readonly members: readonly Name[];
  /** The group property of all of them (RFC 9432 §4.3.2). */
  readonly group: string | undefined;
  readonly transfer: TransferSettings;
}

/** Seconds: of the zone's records, and of its SOA; it changes only when we say so, and is not to be forgotten. */
const TTL = 3600;
const REFRESH = 3600;
const RETRY = 600;
const EXPIRE = 0x7fff_ffff;
/** Octets of the hash of a member's name that are its label. */
const HASH_OCTETS = 16;

/** The catalog as secondaries get it: a PTR record per member, under a label that is the same as long as the member is in it. */
export function buildCatalog(content: CatalogContent): Zone {
  const { apex, members, group } = content;
  const under = (name: Name, ...labels: readonly string[]): Name =>
    Uint8Array.from(Buffer.concat([...labels.map(toLabel), name]));
  const zones = under(apex, "zones");
  const records = members.flatMap((member): RRset[] => {
    const owner = under(zones, hashName(member));
    const pointer = toRRset(owner, TYPE_PTR, member);
    if (group === undefined) return [pointer];
    return [pointer, toRRset(under(owner, "group"), TYPE_TXT, toLabel(group))];
  });
  return toZone(content, records);
}

/**
 * The catalog as everybody may see it: that it exists, and its serial, which secondaries ask for before they ask for the
 * zone. What zones there are is nobody else's business (RFC 9432 §6).
 */
export function buildCatalogFront(content: CatalogContent): Zone {
  return toZone(content, []);
}

function toZone({ apex, serial, transfer }: CatalogContent, records: readonly RRset[]): Zone {
  const invalid = nameOf("invalid.");
  const numbers = Buffer.alloc(20);
  [serial, REFRESH, RETRY, EXPIRE, 0].forEach((value, i) => {
    numbers.writeUInt32BE(value, i * 4);
  });
  const version = nameOf("version");
  return {
    apex,
    rrsets: [
      toRRset(apex, TYPE_SOA, Uint8Array.from(Buffer.concat([invalid, invalid, numbers]))),
      // Required of a zone, and of no use (RFC 9432 §4.1).
      toRRset(apex, TYPE_NS, invalid),
      toRRset(Uint8Array.from([...version.subarray(0, -1), ...apex]), TYPE_TXT, toLabel("2")),
      ...records,
    ],
    steered: [],
    pools: [],
    datacenters: [],
    networks: [],
    serial,
    negativeTtl: 0,
    transfer,
  };
}

function toRRset(owner: Name, type: number, rdata: Uint8Array): RRset {
  return { owner, type, ttl: TTL, rdata: [rdata], answers: undefined };
}

/** Lower-case hexadecimal digits: names that differ have others, whatever characters they hold. */
function hashName(member: Name): string {
  return createHash("sha256")
    .update(member)
    .digest("hex")
    .slice(0, HASH_OCTETS * 2);
}

/** A label, or a character-string: an octet of length and the text. */
function toLabel(text: string): Uint8Array {
  const octets = Buffer.from(text);
  return Uint8Array.of(octets.length, ...octets);
}

function nameOf(text: string): Name {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
}
