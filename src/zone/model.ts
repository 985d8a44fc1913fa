/**
 * The vocabulary of a checked zone: what `config/` and `zone/` make of a file, and what `steering/`, `image/` and
 * `health/` read. Everything here but `table` is plain data that survives structured cloning between threads.
 */
import type { Prefix } from "../address/address.ts";
import type { RRsetTable } from "./master/rrset-table.ts";

/** A domain name in wire form, uncompressed, terminal zero octet included (RFC 1035 §3.1). */
export type Name = Uint8Array;

/** A checked zone. Owners are lower case; names inside rdata keep the case they were written in. */
export interface Zone {
  /** Lower case. */
  readonly apex: Name;
  /** Static RRsets, SOA of the apex included; at most one per owner and type. */
  readonly rrsets: readonly RRset[];
  /** More of them, in columns: those of a master file, or what a primary has. None of them is in `rrsets`, too. */
  readonly table?: RRsetTable | undefined;
  readonly steered: readonly SteeredRRset[];
  /** All pools of the file: the zone's, the records' own, and those that plain records with a check imply. */
  readonly pools: readonly Pool[];
  readonly datacenters: readonly Datacenter[];
  /** The operator's corrections of the geo databases. */
  readonly networks: readonly Network[];
  readonly serial: number;
  /** min(SOA TTL, SOA minimum): the TTL of negative answers, in seconds (RFC 2308 §5). */
  readonly negativeTtl: number;
  /** Where its records come from; undefined: from its file. */
  readonly secondary?: SecondarySource | undefined;
  /** Set while nothing is known of its records: whatever is asked, the answer is SERVFAIL. */
  readonly isUnavailable?: true;
  /** Who may have it whole, and who is told when it changes; undefined: whom the server file names. */
  readonly transfer?: TransferSettings | undefined;
}

/** For each of the two, undefined: what the server file says. */
export interface TransferSettings {
  readonly allow: readonly TransferRule[] | undefined;
  readonly notify: readonly NotifyTarget[] | undefined;
}

/** Those from an address in `prefix`, if it is there, who sign with `key`, if it is there. */
export interface TransferRule {
  readonly prefix: Prefix | undefined;
  /** The name of a TSIG key, in presentation form, lower case, with the dot at the end. */
  readonly key: string | undefined;
}

export interface NotifyTarget {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
  /** The name of the TSIG key to sign with, as in a rule. */
  readonly key: string | undefined;
}

/** The name servers that a secondary zone is transferred from (RFC 1034 §4.3.5). */
export interface SecondarySource {
  /** In the order they are asked; addresses in presentation form. */
  readonly primaries: readonly { readonly address: string; readonly port: number }[];
  /** The name of the TSIG key that is shared with them, in presentation form, lower case, with the dot at the end. */
  readonly key: string | undefined;
}

export interface RRset {
  readonly owner: Name;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Uncompressed wire rdata, one entry per record, no two alike. */
  readonly rdata: readonly Uint8Array[];
  /** Records per answer; all of them if undefined. */
  readonly answers: number | undefined;
}

/** An RRset whose content is decided per class of client. `[A, AAAA]` in the file makes two of these. */
export interface SteeredRRset {
  readonly owner: Name;
  readonly type: number;
  /** The record's own TTL: the longest ever handed out, in seconds. */
  readonly ttl: number;
  /** TTL of an answer while all are down, in seconds, where `allDown` names none. */
  readonly ttlMin: number;
  /** Records per answer as written; undefined for the default. */
  readonly answers: number | undefined;
  /** How the pools of a rule's list are ordered: as written, or by the distance of their datacenters to the client. */
  readonly policy: "failover" | "nearest";
  /** In written order; the last one is the catch-all. */
  readonly rules: readonly Rule[];
  /** What is answered when no value of any pool of the client's rule is in service. */
  readonly allDown: AllDown;
  /** Where it is written, for traces: "www", "@"... as the file has it. */
  readonly label: string;
  /** Of an ALIAS record, which makes one of these for A and one for AAAA. */
  readonly alias?: Alias;
  /** Of SVCB and HTTPS records with `auto` hints, which have no pools: what the answers are made of. */
  readonly hints?: readonly HintedRecord[];
}

/** A record whose address hints are those that A and AAAA queries for its target get. */
export interface HintedRecord {
  /** Without the hints that follow. */
  readonly rdata: Uint8Array;
  /** Undefined: the rdata says all there is to say. */
  readonly ipv4: HintSource | undefined;
  readonly ipv6: HintSource | undefined;
}

/** Where the hints of a family come from. */
export type HintSource =
  | {
      readonly kind: "static";
      /** Seconds. */
      readonly ttl: number;
      readonly rdata: readonly Uint8Array[];
      /** Records per answer. */
      readonly answers: number;
    }
  /** Index into `Zone.steered`. */
  | { readonly kind: "steered"; readonly rrset: number };

/**
 * A target that is asked in place of the owner while it is in a zone of this server. While it is not, the values of the
 * record's only pool answer: what a resolver has said of it, which nobody knows at load.
 */
export interface Alias {
  /** Absolute, lower case. */
  readonly target: Name;
  /** How the addresses that a resolver gives are checked; empty: not at all. */
  readonly checks: readonly AddressCheck[];
}

/** A check without an address to go to. */
export interface AddressCheck {
  readonly check: HealthCheck;
  readonly port: number;
  /** Of all its settings but the name: part of the key of its targets. */
  readonly digest: string;
}

/**
 * - `open`: as if every enabled value of the rule's first pool were in service; `closed`: NODATA; `servfail`;
 * - `last`: the last answer that was healthy;
 * - `values`: these, wire rdata of the record's type, with their own TTL in seconds (undefined: `ttlMin`). A record's own
 *   `values` are this form.
 */
export type AllDown =
  | { readonly kind: "open" }
  | { readonly kind: "closed" }
  | { readonly kind: "servfail" }
  | { readonly kind: "last" }
  | {
      readonly kind: "values";
      readonly rdata: readonly Uint8Array[];
      readonly ttl: number | undefined;
    };

/** Matches a client that any of its `geos`, `subnets` or `asns` matches; one with none of them matches everybody. */
export interface Rule {
  readonly geos: readonly GeoCode[];
  readonly subnets: readonly Prefix[];
  /** Autonomous system numbers. */
  readonly asns: readonly number[];
  /** Indexes into `Zone.pools`, in the order they are tried. */
  readonly pools: readonly number[];
}

/** An octoDNS geo code: `EU`, `NA-US`, `NA-US-CA`. */
export interface GeoCode {
  readonly continent: string;
  readonly country: string | undefined;
  readonly subdivision: string | undefined;
}

export type PoolPolicy = "rotate" | "failover" | "sticky" | "nearest";

export interface Pool {
  /** As written, or `OWNER/NAME` for a record's own pool and `OWNER` for an implied one. */
  readonly name: string;
  readonly policy: PoolPolicy;
  readonly values: readonly PoolValue[];
  /** Pools that stand among the values. */
  readonly nested: readonly NestedPool[];
  /** Index into `Zone.pools`. Two pools may name each other; longer circles are refused at load. */
  readonly fallback: number | undefined;
  readonly answers: number | undefined;
  /** Values that must be in service for the pool to be; of the enabled ones if a percentage (0 < percent ≤ 100). */
  readonly minHealthy: { readonly count: number } | { readonly percent: number };
  /** Overrides the record's for rules whose first pool this is; undefined: the record's. */
  readonly allDown: AllDown | undefined;
  /** Once it has been left for want of values in service, when it is taken again. */
  readonly failback: { readonly delayMs: number; readonly manual: boolean };
  /** How long the weight of a returning value takes to rise from 1 % to its own, in milliseconds; 0: at once. */
  readonly slowStartMs: number;
  /** Bits of a client's address that `sticky` goes by. */
  readonly stickyPrefix: { readonly v4: number; readonly v6: number };
  /** Of the pool of an ALIAS record: the types of which no resolver has said anything yet. */
  readonly unresolved?: readonly number[];
  /** Of the pool of an ALIAS record: its target is in a zone of this server, so that nothing is asked of the pool. */
  readonly isFollowed?: boolean;
}

/** A pool as a value of another: its values in service share the weight. Nesting ends: loops are refused at load. */
export interface NestedPool {
  /** Index into `Zone.pools`. */
  readonly pool: number;
  /** 0 to 1000, as a value's. */
  readonly weight: number;
  /** How many of the outer pool's `values` (of any type) are written before it. */
  readonly position: number;
  readonly status: "up" | "down" | "obey";
}

export interface PoolValue {
  /** Presentation form, e.g. `198.51.100.10`. */
  readonly text: string;
  /** RR type this value answers. A pool that records of several types use holds a value once per type. */
  readonly type: number;
  readonly rdata: Uint8Array;
  /** 0 to 1000; 0 means only when nothing else is left. */
  readonly weight: number;
  readonly datacenter: string | undefined;
  /** `down` is never answered, `up` is answered whatever the checks say, `obey` follows them. */
  readonly status: "up" | "down" | "obey";
  /** What is probed for this value: all must pass. Empty: always in service. */
  readonly targets: readonly CheckTarget[];
  /** Seconds that it may be kept for, where a resolver has said so. */
  readonly ttl?: number;
}

/** One address and port under one check. Equal keys are one target, whatever pool or zone they stand in. */
export interface CheckTarget {
  /** Canonical: equal for equal address, port and check settings. */
  readonly key: string;
  /** An IP address in presentation form, never a name. */
  readonly address: string;
  readonly port: number;
  readonly check: HealthCheck;
}

export interface HealthCheck {
  /** Its name in the file, or where it stands inline; for messages only. */
  readonly name: string;
  readonly protocol: "HTTP" | "HTTPS" | "TCP";
  /** Host header and SNI; undefined: the address. */
  readonly host: string | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of HTTP status codes that pass. */
  readonly expect: readonly (readonly [low: number, high: number])[];
  /** Text that must occur in the first 64 KiB of the body. */
  readonly body: string | undefined;
  readonly tls: TlsSettings;
  /** Milliseconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly fast: number;
  /** Consecutive results. */
  readonly rise: number;
  readonly fall: number;
}

export interface TlsSettings {
  /** Certificate chain and name are verified unless this is false. */
  readonly verify: boolean;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca: string | undefined;
}

export interface Datacenter {
  readonly name: string;
  readonly geo: GeoCode | undefined;
  /** Degrees. */
  readonly coords: readonly [latitude: number, longitude: number] | undefined;
  /** −99 to 99: above 0 it seems nearer than it is, below 0 farther. */
  readonly bias: number;
}

export interface Network {
  readonly prefix: Prefix;
  readonly geo: GeoCode | undefined;
  readonly coords: readonly [latitude: number, longitude: number] | undefined;
  readonly asn: number | undefined;
}
