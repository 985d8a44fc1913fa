/**
 * What goes over the wire of the admin interface: JSON with null for what is not there, times as ISO 8601 in UTC. The
 * commands read it and scripts may; docs/admin.md describes it, openapi.ts publishes it.
 */
import type { Mode } from "../steering/decision.ts";
import type { ValueState } from "../steering/pool-standing.ts";
import type { Override } from "../steering/world.ts";

export interface StateReport {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly now: string;
  /** Whether the first round of checks is over. */
  readonly ready: boolean;
  /** Nothing proves that the server's own network works: nothing goes down. */
  readonly blind: boolean;
  /** What TLS is served with, if anything is. */
  readonly certificate: CertificateReport | null;
  /** Where the server keeps what it must not forget; the zones that are served are in `zones` of it. */
  readonly stateDirectory: string;
  /** Why the last good copies of zone files cannot be written there. */
  readonly copyProblem: string | null;
  readonly zones: readonly ZoneReport[];
  readonly overrides: readonly OverrideReport[];
  readonly peers: readonly PeerReport[];
  readonly problems: readonly ProblemReport[];
}

export interface CertificateReport {
  /** As the certificate has them. */
  readonly names: string;
  readonly expires: string;
}

export interface ZoneReport {
  readonly name: string;
  readonly serial: number;
  readonly records: number;
  readonly file: string;
  /** `copy`: the last good one, because the file was bad at the start. */
  readonly origin: "file" | "copy";
  /** Of a zone that is transferred from elsewhere; serial and records are 0 while there is nothing to serve. */
  readonly secondary: SecondaryReport | null;
  /** The steered ones. */
  readonly names: readonly NameReport[];
  readonly pools: readonly PoolReport[];
}

/** How a secondary zone is getting on. */
export interface SecondaryReport {
  /** `127.0.0.1:53`, in the order they are asked. */
  readonly primaries: readonly string[];
  /**
   * `missing`: it has never come; `expired`: no primary has confirmed it for too long; `restoring`: what an earlier run
   * kept of it is not there yet. All of them are answered SERVFAIL.
   */
  readonly state: "current" | "expired" | "missing" | "restoring";
  /** Of what there is of it, expired or not. */
  readonly serial: number | null;
  /** When the primaries were asked last; null: not since the start. */
  readonly asked: string | null;
  /** When a primary said last that what is served is what it has; from an earlier run, too. */
  readonly confirmed: string | null;
  /** The primary that said so. */
  readonly confirmedBy: string | null;
  readonly lastTransfer: {
    readonly primary: string;
    readonly kind: "whole" | "incremental";
    readonly serial: number;
    readonly at: string;
  } | null;
  readonly expires: string | null;
  /** When the primaries are asked next; null: at this moment. */
  readonly next: string | null;
  /** Why it was not confirmed at the last try; null if it was. */
  readonly lastError: string | null;
}

/** Another name server that is told of zones of this one (NOTIFY), or takes them. */
export interface PeerReport {
  /** Without a port. */
  readonly address: string;
  /** What it was told last of each zone. */
  readonly notified: readonly {
    readonly zone: string;
    readonly port: number;
    readonly key: string | null;
    readonly serial: number;
    /** `pending`: it has not answered yet; `unanswered`: it was given up; `unsent`: the key is not there. */
    readonly state: "pending" | "answered" | "refused" | "unanswered" | "unsent";
    /** Of its answer. */
    readonly rcode: number | null;
    /** When it answered, or was given up. */
    readonly at: string | null;
  }[];
  /** The last transfer of each zone that it took. */
  readonly transferred: readonly {
    readonly zone: string;
    /** `whole`: AXFR, or an IXFR that brought the whole zone. */
    readonly kind: "whole" | "incremental";
    readonly serial: number;
    readonly key: string | null;
    /** It went before the end. */
    readonly broken: boolean;
    readonly at: string;
  }[];
}

export interface NameReport {
  /** Absolute. */
  readonly name: string;
  readonly type: string;
  /** Every way in which some client is answered at the moment; `normal` alone if all is well. */
  readonly modes: readonly Mode[];
  readonly troubles: readonly TroubleReport[];
  /** How many answers have been given since it is served, and who led them. */
  readonly answers: number;
  readonly shares: readonly ShareReport[];
}

/** Clients who are not answered by a pool in service, though the file has values for them. */
export interface TroubleReport {
  readonly mode: Exclude<Mode, "normal">;
  /** Of the record, from 1 on; empty: all clients. */
  readonly rules: readonly number[];
  readonly reason: string;
}

export interface ShareReport {
  /** Null for the record's own values. */
  readonly pool: string | null;
  readonly value: string;
  readonly answers: number;
  /** Of the name's answers, 0 to 1; and what the weights ask for. */
  readonly share: number;
  readonly configured: number;
}

export interface PoolReport {
  readonly name: string;
  readonly policy: string;
  /** Values, those of pools in it included. */
  readonly inService: number;
  readonly total: number;
  /** In service again, but not taken back yet: for the time of `failback.delay`, or until `failback`. */
  readonly heldBack: "delay" | "manual" | null;
  /** When a delay is over, if it stays in service. */
  readonly heldBackUntil: string | null;
  readonly values: readonly ValueReport[];
  /** The pools among its values, once for each type that they have values of. */
  readonly nested: readonly NestedReport[];
}

export interface NestedReport {
  readonly pool: string;
  readonly type: string;
  readonly weight: number;
  readonly state: ValueState;
  /** Of its values, as they stand in the outer pool. */
  readonly inService: number;
  readonly total: number;
}

export interface ValueReport {
  readonly value: string;
  readonly type: string;
  readonly datacenter: string | null;
  readonly weight: number;
  /** Less while it starts slowly. */
  readonly effectiveWeight: number;
  readonly state: ValueState;
  readonly inService: boolean;
  /** Why a check fails, or failed last. */
  readonly lastError: string | null;
  /** Since when it is in this state; null where there is nothing to see, as without a check. */
  readonly since: string | null;
  /** The earliest moment at which the checks, or the end of an override, can change the state. */
  readonly nextChange: string | null;
  /** Id of the override that decides. */
  readonly override: string | null;
}

export interface OverrideReport {
  readonly id: string;
  readonly action: Override["action"];
  readonly selector: string;
  readonly by: string;
  readonly reason: string | null;
  readonly since: string;
  readonly until: string | null;
  /** How many values it means. */
  readonly matches: number;
}

export interface ProblemReport {
  readonly file: string;
  readonly zone: string | null;
  readonly kind: "refused" | "mass-change" | "duplicate" | "gone" | "folder";
  /** As a compiler prints it: `file:line:column: error: …`, with the line below. */
  readonly text: string;
}

export interface PlacedReport {
  readonly override: OverrideReport;
  readonly values: readonly MatchReport[];
  /** Of what is taken out: when no cache holds it any more. Null as well if the override ends before. */
  readonly safeToStopAt: string | null;
  /** Values that are answered all the same, from another pool. */
  readonly stillAnswered: readonly string[];
  /** Static records, of whatever zone, that answer one of the values all the same. */
  readonly plainRecords: readonly PlainRecordReport[];
  /** Whether it outlives a restart; false: the disk did not take it. */
  readonly saved: boolean;
}

export interface PlainRecordReport {
  /** Absolute. */
  readonly name: string;
  readonly type: string;
  readonly value: string;
  /** Seconds. */
  readonly ttl: number;
}

export interface MatchReport {
  readonly zone: string;
  readonly pool: string;
  readonly value: string;
}

export interface LiftedReport {
  readonly removed: readonly OverrideReport[];
  readonly saved: boolean;
}

export interface FailbackReport {
  readonly pools: readonly { readonly zone: string; readonly pool: string }[];
}

export interface ReloadReport {
  readonly changed: readonly {
    readonly zone: string;
    readonly serial: number;
    readonly records: number;
  }[];
  /** Zones that are out of service, as was asked. */
  readonly removed: readonly string[];
  /** Zones that were to be removed and are not: a file still defines them, or they are not served. */
  readonly kept: readonly { readonly zone: string; readonly reason: string }[];
  readonly problems: readonly ProblemReport[];
}

export interface RetransferReport {
  readonly zone: string;
  /** False: it is served as it was. */
  readonly transferred: boolean;
  /** Of what there is of it now. */
  readonly serial: number | null;
  readonly records: number;
  /** Where it came from. */
  readonly primary: string | null;
  /** Why it was not transferred. */
  readonly reason: string | null;
}

export interface UpgradeReport {
  readonly takenOver: boolean;
  /** Of the process that has taken over; null: the old one goes on. */
  readonly pid: number | null;
  readonly version: string | null;
  /** Why nobody has taken over. */
  readonly reason: string | null;
}

/** Every answer with a status of 400 and above. */
export interface ErrorReport {
  readonly error: {
    readonly code:
      | "bad-request"
      | "unauthorized"
      | "forbidden"
      | "not-found"
      | "no-match"
      | "refused"
      | "too-large"
      | "misdirected"
      | "unsupported-media-type"
      | "too-many-attempts"
      | "method-not-allowed"
      | "upgrading"
      | "internal";
    readonly message: string;
    /** Of a refusal: every guard that is against it. */
    readonly reasons: readonly string[];
  };
}
