import type { Address, Prefix } from "../address/address.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Mode } from "../steering/decision.ts";
import type { PoolTrace, Step } from "../steering/trace.ts";
import type { World as SteeringWorld } from "../steering/world.ts";
import type { Name, Zone } from "../zone/model.ts";

/** Who asks what. */
export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly client: Prefix;
  readonly resolver: Address;
}

/** What the answer is worked out from. */
export interface World extends SteeringWorld {
  readonly source: Explanation["source"];
  readonly zones: readonly Zone[];
  readonly geo: GeoTable;
}

/**
 * The answer a client gets and why. `--json` prints it as it stands, with null for what is undefined: its shape is
 * described in docs/explain.md and scripts depend on it.
 */
export interface Explanation {
  /** What it was worked out from. */
  readonly source: "files" | "server";
  /** Presentation form, absolute. */
  readonly name: string;
  readonly type: string;
  /** Address and prefix length. */
  readonly client: string;
  readonly resolver: string;
  /**
   * The RCODE. REFUSED: no zone of this server holds the name; SERVFAIL: `all_down` says so; YXDOMAIN: a DNAME makes the
   * name longer than names can be.
   */
  readonly status: "NOERROR" | "NXDOMAIN" | "REFUSED" | "SERVFAIL" | "YXDOMAIN";
  /** ECS scope prefix length of the whole answer (RFC 7871 §7.2.1). */
  readonly scope: number;
  /** One for the name, one more for every CNAME and DNAME that is followed. */
  readonly links: readonly Link[];
}

export interface Link {
  /** The name that is looked up, absolute. */
  readonly name: string;
  readonly zone: string;
  /** Where the records are written if not at the name itself: a wildcard, or the zone cut or DNAME above. */
  readonly owner: string | undefined;
  readonly kind:
    | "static"
    | "steered"
    | "delegation"
    | "redirected"
    | "nodata"
    | "nxdomain"
    | "servfail"
    | "alias";
  readonly answer: Answer | undefined;
  readonly steering: Steering | undefined;
  /** What is to be said that no step says, e.g. where a CNAME leads. */
  readonly note: string | undefined;
  /** Of an ALIAS: where its target leads, link by link. None of these is part of the answer. */
  readonly through: readonly Link[] | undefined;
}

export interface Answer {
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** Every record of the answer set; an answer holds `perAnswer` of them. */
  readonly records: readonly RecordOfAnswer[];
  readonly perAnswer: number;
  /** Whether the records take turns at the head of the answer. */
  readonly rotates: boolean;
}

export interface RecordOfAnswer {
  /** Rdata in presentation form. */
  readonly data: string;
  /** How often it leads the answer, 0 to 1. */
  readonly share: number;
}

export interface Steering {
  readonly location: ClientLocation;
  /** The rule that matches, from 1. */
  readonly rule: number;
  /** How many rules there are. */
  readonly rules: number;
  readonly mode: Mode;
  readonly scope: number;
  readonly steps: readonly Step[];
  readonly pools: readonly PoolTrace[];
}

export interface ClientLocation {
  /** What is looked up: the client's address, or the IPv4 address in it. */
  readonly address: string;
  readonly continent: string | undefined;
  readonly country: string | undefined;
  readonly subdivision: string | undefined;
}
