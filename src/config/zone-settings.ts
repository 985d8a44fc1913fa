/**
 * What a zone file says, read but not yet understood: keys spelled as in the file, every value with its place, names
 * (of pools, checks, datacenters, owners) still text.
 */
import type { Prefix } from "../address/address.ts";
import type { Entry, Located } from "./decode.ts";
import type { Place } from "./issue-list.ts";
import type { OctodnsSettings } from "./octodns-schema.ts";
import type { SecondarySettings } from "./secondary-schema.ts";
import type { WrittenTransfer } from "./transfer-schema.ts";
import type { Tree } from "./tree.ts";

type Maybe<T> = Located<T> | undefined;

export interface ZoneSettings {
  readonly zone: Maybe<string>;
  /** Seconds. */
  readonly ttl: Maybe<number>;
  readonly soa: Maybe<SoaSettings>;
  readonly datacenters: Maybe<readonly Entry<DatacenterSettings>[]>;
  readonly healthchecks: Maybe<readonly Entry<CheckSettings>[]>;
  readonly pools: Maybe<readonly Entry<PoolSettings>[]>;
  readonly networks: Maybe<readonly NetworkSettings[]>;
  readonly secondary: Maybe<SecondarySettings>;
  readonly transfer: Maybe<WrittenTransfer>;
  /** A master file. */
  readonly import: Maybe<string>;
  readonly records: Maybe<readonly Entry<readonly Located<RecordSettings>[]>[]>;
}

export interface SoaSettings {
  readonly mname: Maybe<string>;
  readonly rname: Maybe<string>;
  readonly serial: Maybe<"auto" | number>;
  /** Seconds, as all below. */
  readonly refresh: Maybe<number>;
  readonly retry: Maybe<number>;
  readonly expire: Maybe<number>;
  readonly minimum: Maybe<number>;
  readonly ttl: Maybe<number>;
}

export interface DatacenterSettings {
  readonly geo: Maybe<string>;
  readonly coords: Maybe<Coordinates>;
  readonly bias: Maybe<number>;
}

/** Degrees. */
export type Coordinates = readonly [latitude: number, longitude: number];

export interface NetworkSettings {
  readonly prefix: Prefix;
  readonly place: Place;
  readonly settings: LocationSettings | undefined;
}

export interface LocationSettings {
  readonly geo: Maybe<string>;
  readonly coords: Maybe<Coordinates>;
  readonly asn: Maybe<number>;
}

export interface CheckSettings {
  readonly protocol: Located<"HTTP" | "HTTPS" | "TCP">;
  readonly port: Maybe<number>;
  readonly host: Maybe<string>;
  readonly path: Maybe<string>;
  readonly method: Maybe<string>;
  readonly headers: Maybe<Readonly<Record<string, string>>>;
  readonly expect: Maybe<readonly Located<StatusRange>[]>;
  readonly body: Maybe<string>;
  readonly tls: Maybe<TlsChoices>;
  readonly profile: Maybe<"default" | "fast">;
  /** Milliseconds. */
  readonly interval: Maybe<number>;
  readonly timeout: Maybe<number>;
  readonly fast: Maybe<number>;
  readonly rise: Maybe<number>;
  readonly fall: Maybe<number>;
}

/** HTTP status codes, both ends included. */
export type StatusRange = readonly [low: number, high: number];

export interface TlsChoices {
  readonly verify: Maybe<boolean>;
  /** PEM. */
  readonly ca: Maybe<string>;
}

/** A check by its name, or written in place. */
export type CheckReference =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "inline"; readonly settings: CheckSettings };

export type CheckReferences = readonly Located<CheckReference>[];

export interface PoolSettings {
  readonly values: Located<readonly Located<MemberSettings>[]>;
  readonly policy: Maybe<"rotate" | "failover" | "sticky" | "nearest">;
  readonly answers: Maybe<number>;
  readonly healthcheck: Maybe<CheckReferences>;
  readonly fallback: Maybe<string>;
  readonly min_healthy: Maybe<MinHealthy>;
  readonly all_down: Maybe<AllDownSettings>;
  readonly failback: Maybe<FailbackSettings>;
  /** Milliseconds. */
  readonly slow_start: Maybe<number>;
  /** Bits. */
  readonly prefix_v4: Maybe<number>;
  readonly prefix_v6: Maybe<number>;
}

export interface FailbackSettings {
  /** Milliseconds. */
  readonly delay: Maybe<number>;
  readonly manual: Maybe<boolean>;
}

export type AllDownSettings =
  | { readonly kind: "open" | "closed" | "servfail" | "last" }
  | ({ readonly kind: "values" } & AllDownValues);

export interface AllDownValues {
  readonly values: Located<Tree>;
  /** Seconds. */
  readonly ttl: Maybe<number>;
}

export type MinHealthy = { readonly count: number } | { readonly percent: number };

/** What stands among the values of a pool. */
export type MemberSettings = ValueSettings | NestedSettings;

/** A pool as a value of another. */
export interface NestedSettings {
  readonly kind: "pool";
  readonly pool: Located<string>;
  readonly weight: Maybe<number>;
  readonly status: Maybe<"up" | "down" | "obey">;
}

export interface ValueSettings {
  readonly kind: "value";
  /** Rdata: what of depends on the record that uses the pool. */
  readonly value: Located<Tree>;
  readonly weight: Maybe<number>;
  readonly dc: Maybe<string>;
  readonly status: Maybe<"up" | "down" | "obey">;
  readonly healthcheck: Maybe<CheckReferences>;
  readonly probe: Maybe<string>;
}

export interface RecordSettings {
  readonly type: Located<readonly Located<string>[]>;
  readonly ttl: Maybe<number>;
  readonly value: Maybe<Tree>;
  readonly values: Maybe<Tree>;
  readonly dynamic: Maybe<DynamicSettings>;
  readonly answers: Maybe<number>;
  readonly ttl_min: Maybe<number>;
  readonly all_down: Maybe<AllDownSettings>;
  readonly healthcheck: Maybe<CheckReferences>;
  readonly octodns: Maybe<OctodnsSettings>;
}

export interface DynamicSettings {
  readonly rules: Located<readonly Located<RuleSettings>[]>;
  readonly pools: Maybe<readonly Entry<PoolSettings>[]>;
  readonly policy: Maybe<"failover" | "nearest">;
}

export interface RuleSettings {
  readonly geos: Maybe<readonly Located<string>[]>;
  readonly subnets: Maybe<readonly Located<Prefix>[]>;
  readonly asns: Maybe<readonly Located<number>[]>;
  readonly pool: Located<readonly Located<string>[]>;
}
