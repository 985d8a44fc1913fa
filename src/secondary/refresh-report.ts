import type { PrimaryAddress } from "./primary-client.ts";

/** How a secondary zone is getting on. Times are in milliseconds since 1970. */
export interface RefreshReport {
  /** Its apex in presentation form. */
  readonly zone: string;
  readonly primaries: readonly PrimaryAddress[];
  /** Of what we have, expired or not; undefined: the zone has never come. */
  readonly serial: number | undefined;
  /** `restoring`: nothing yet, for what an earlier run kept of it is being taken up. */
  readonly state: "current" | "expired" | "missing" | "restoring";
  /** When the last try ended; undefined: none has, since the start. */
  readonly askedAt: number | undefined;
  /** When a primary said last that what we have is what it has. */
  readonly confirmedAt: number | undefined;
  /** Which did; undefined: none has, since the start. */
  readonly confirmedBy: PrimaryAddress | undefined;
  readonly expiresAt: number | undefined;
  /** When it is asked for next; undefined: at this moment. */
  readonly nextAt: number | undefined;
  /** Why it was not confirmed at the last try; undefined if it was. */
  readonly lastError: string | undefined;
  /** Undefined: none, since the start. */
  readonly lastTransfer: TakenTransfer | undefined;
  /** Since the start. */
  readonly transfers: { readonly whole: number; readonly incremental: number };
  readonly failures: number;
}

/** A transfer that was taken in. */
export interface TakenTransfer {
  readonly primary: PrimaryAddress;
  readonly kind: "whole" | "incremental";
  readonly serial: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}
