import type { PoolPolicy } from "../zone/model.ts";
import type { Lifetime } from "./settle-ttl.ts";

/**
 * How an answer came about. `normal`: a pool is in service. `nodata`: there is nothing that may be answered. The others,
 * while no pool is in service, by what `all_down` says: `all-down-open` (as if all were healthy), `all-down-last` (the
 * last healthy answer), `all-down-closed` (NODATA), `all-down-servfail`, and `last-resort` (its own values).
 * `unresolved`: nothing is known yet of the target of an ALIAS record.
 */
export type Mode =
  | "normal"
  | "all-down-open"
  | "all-down-last"
  | "last-resort"
  | "all-down-closed"
  | "all-down-servfail"
  | "nodata"
  | "unresolved";

/** A value of an answer. */
export interface SteeredValue {
  readonly rdata: Uint8Array;
  /** Share in leading the answer, relative to the others, a whole number; 0: it never leads. */
  readonly weight: number;
  /** Presentation form. */
  readonly text: string;
}

/** The client's prefix decides who leads. */
export interface Sticky {
  /** Bits of an IPv4 and of an IPv6 client that count. */
  readonly prefix4: number;
  readonly prefix6: number;
  /** By value: 32 bits, the same on every server of the zone. */
  readonly seeds: readonly number[];
}

/** Records to answer with. */
export interface Answer {
  readonly kind: "answer";
  /** Never empty; those that lead come before those that never do. */
  readonly values: readonly SteeredValue[];
  readonly policy: PoolPolicy;
  /** Name of the pool they come from; undefined for values of the record itself. */
  readonly pool: string | undefined;
  /** Records per answer: 1 to the number of values. */
  readonly answers: number;
  /** Numbers of the values that lead, in turn, over one cycle; undefined: by weight. */
  readonly sequence?: readonly number[];
  /** Whether the lead goes round; otherwise `sticky` decides, or the first value always leads. */
  readonly rotate: boolean;
  readonly sticky: Sticky | undefined;
  /** Seconds, at least 1, never above the record's own: what `settleTtl()` makes of these and of the lifetime. */
  readonly ttl: number;
  readonly lifetime: Lifetime;
  readonly mode: "normal" | "all-down-open" | "all-down-last" | "last-resort";
}

/** What the clients of a class get. */
export type Decision =
  | Answer
  | { readonly kind: "nodata"; readonly mode: "nodata" | "all-down-closed" }
  | { readonly kind: "servfail"; readonly mode: "all-down-servfail" | "unresolved" };
