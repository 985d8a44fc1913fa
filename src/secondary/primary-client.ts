/**
 * What a secondary asks of a primary: the serial of a zone, and the zone. Whatever comes back is of bounded size and takes
 * bounded time; nothing here throws for it.
 */
import type { Clock } from "../clock/clock.ts";

/** A primary and the zone it is asked for. */
export interface PrimaryQuestion {
  readonly primary: PrimaryAddress;
  /** Lower case. */
  readonly apex: Uint8Array;
  /** The name of the TSIG key to sign with, as `SecondarySource.key`. */
  readonly key: string | undefined;
  /** Ends the question when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

export interface PrimaryAddress {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
}

export type SerialAnswer = ({ readonly kind: "serial" } & Version) | Failure;

/** What a primary has of a zone. */
export interface Version {
  readonly serial: number;
  /** For how many seconds more it will have that, as it says itself (RFC 7314); undefined: it does not say. */
  readonly expire: number | undefined;
}

export type TransferAnswer =
  | (Version & {
      readonly kind: "transferred";
      /** Changes to what we have, or the whole zone. */
      readonly isIncremental: boolean;
      /** The messages, each behind its length in 16 bits; none goes over the end of a block. */
      readonly blocks: readonly Uint8Array[];
      readonly records: number;
    })
  /** There is nothing newer than what we have. */
  | ({ readonly kind: "current" } & Version)
  | (Failure & {
      /** Whether asking for the whole zone may help. */
      readonly isWholeWanted: boolean;
    });

export interface Failure {
  readonly kind: "failed";
  /** For people: what went wrong. */
  readonly reason: string;
  /** Nothing at all came back from it. */
  readonly isSilent?: true;
  /** What came back is not signed with the key, or says that ours is not known there: other zones have the same to expect. */
  readonly isUntrusted?: true;
  /** It cannot read the question: it may be one that does not know EDNS (RFC 6891 §7). */
  readonly isFormatError?: true;
}

export interface PrimaryClient {
  /** Never rejects. */
  askSerial(question: PrimaryQuestion): Promise<SerialAnswer>;
  /**
   * Never rejects.
   *
   * @param own rdata and serial of the SOA we have, to be told the changes since; undefined: the whole zone
   */
  transfer(
    question: PrimaryQuestion,
    own: { readonly soa: Uint8Array; readonly serial: number } | undefined,
  ): Promise<TransferAnswer>;
}

/** How long, how slow and how large answers may be. */
export interface PrimaryLimits {
  /** For an answer over UDP, before it is asked once more. */
  readonly udpMs: number;
  readonly udpTries: number;
  readonly connectMs: number;
  /** For an answer of one message over TCP. */
  readonly answerMs: number;
  /** Without a whole message of a transfer. */
  readonly idleMs: number;
  /** A transfer may take this long, and longer only while it brings this many octets a second. */
  readonly graceMs: number;
  readonly leastOctetsPerSecond: number;
  readonly totalMs: number;
  readonly totalOctets: number;
}

export const PRIMARY_LIMITS: PrimaryLimits = {
  udpMs: 2000,
  udpTries: 2,
  connectMs: 5000,
  answerMs: 5000,
  idleMs: 20_000,
  graceMs: 60_000,
  leastOctetsPerSecond: 8192,
  totalMs: 3_600_000,
  totalOctets: 256 << 20,
};

/** What every conversation with a primary needs. */
export interface ConversationOptions {
  readonly clock: Clock;
  readonly limits: PrimaryLimits;
  readonly signal: AbortSignal;
}
