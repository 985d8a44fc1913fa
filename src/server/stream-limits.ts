import { readFileSync } from "node:fs";

/** What a client with a connection may cost us (RFC 7766 §6.2.3, RFC 9210 §4). */
export interface StreamLimits {
  readonly connections: number;
  /** Per IPv4 address or IPv6 /56. */
  readonly connectionsPerSource: number;
  /** Milliseconds without a query. */
  readonly idleMs: number;
  /** Milliseconds until the first query may come: for what a proxy says, and for the TLS handshake. */
  readonly setupMs: number;
  /** Milliseconds from the first octet of a message to its last. */
  readonly messageMs: number;
  /** Milliseconds in which a client that has answers waiting reads none. */
  readonly stallMs: number;
  /** The same for one that is in the middle of a zone transfer. */
  readonly transferStallMs: number;
  /** Milliseconds in which the control plane comes up with no message of a reply that it is asked for. */
  readonly replyMs: number;
}

/**
 * The starting points of RFC 9210 §4.2, and half of the descriptors for everything else.
 *
 * @param threads how many threads have connections, each with its share
 */
export function findStreamLimits(threads: number): StreamLimits {
  return {
    connections: Math.min(1024, Math.floor(readDescriptorLimit() / 2 / threads)),
    connectionsPerSource: 25,
    idleMs: 10_000,
    setupMs: 5000,
    messageMs: 10_000,
    // With the time until a check sees the backlog: closed within 2 s.
    stallMs: 1750,
    // A secondary on a slow line, or busy with its disk. Who may have a zone is known, and few transfers run at a time.
    transferStallMs: 60_000,
    replyMs: 60_000,
  };
}

function readDescriptorLimit(): number {
  try {
    const line = /^Max open files\s+([0-9]+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return line === null ? Number.POSITIVE_INFINITY : Number(line[1]);
  } catch {
    // Not Linux: nothing to read, and no limit known.
    return Number.POSITIVE_INFINITY;
  }
}
