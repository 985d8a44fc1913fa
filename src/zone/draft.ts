import type { Place } from "../config/issue-list.ts";
import type { RecordSettings } from "../config/zone-settings.ts";
import type { TableOwners } from "./master/table-owners.ts";
import type { Name, SteeredRRset } from "./model.ts";

/** A zone's records before the checks that look at several of them together. */
export interface Draft {
  readonly apex: Name;
  readonly statics: readonly StaticDraft[];
  readonly steered: readonly SteeredDraft[];
  /** Records of a master file. */
  readonly imported?: TableOwners | undefined;
}

export interface StaticDraft {
  /** Lower case. */
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: readonly RdataDraft[];
  readonly answers: number | undefined;
  /** Where the owner's name is written. */
  readonly place: Place;
  /** Where the TTL is, or the type if there is none. */
  readonly ttlPlace: Place;
}

export interface RdataDraft {
  readonly octets: Uint8Array;
  readonly place: Place;
  /** Of SVCB and HTTPS, the parameters that follow other records, which are not in the octets. */
  readonly auto?: readonly number[];
}

export interface SteeredDraft {
  readonly rrset: SteeredRRset;
  readonly settings: RecordSettings;
  /** Where the owner's name is written. */
  readonly place: Place;
  readonly ttlPlace: Place;
}
