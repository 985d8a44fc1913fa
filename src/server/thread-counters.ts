/** What a thread of the data plane counts of its own, beside what the answers count. */
export const threadCounter = {
  /** Datagrams that the kernel refused to send. */
  sendFailed: 0,
  /** Receiving datagrams failed for another reason than that nothing came. */
  receiveFailed: 1,
  /** Queries whose answer threw. */
  faulted: 2,
  /** Connections taken. */
  accepted: 3,
  /** Connections closed for newer ones because a cap was reached. */
  evicted: 4,
  /** Connections of the moment: the only one that falls. */
  connections: 5,
  /** Connections on which no TLS handshake came to an end. */
  handshakesFailed: 6,
  /** Queries over connections; the answers count them all alike. */
  queriesTcp: 7,
  queriesTls: 8,
  queriesHttps: 9,
  /** Batches of datagrams by {@link batchCounter}: this one and the next six. */
  batches: 10,
} as const;

/** How many datagrams a batch had, by counter. */
export const BATCH_SIZES = ["1", "2-3", "4-7", "8-15", "16-31", "32-63", "64"] as const;

export const THREAD_COUNTERS: number = threadCounter.batches + BATCH_SIZES.length;

/** The counter for a batch of 1 to 64 datagrams. */
export function batchCounter(datagrams: number): number {
  return threadCounter.batches + 31 - Math.clz32(datagrams);
}
