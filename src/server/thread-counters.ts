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
} as const;

export const THREAD_COUNTERS = 10;
