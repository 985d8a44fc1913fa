/** What a UDP thread counts of its own, beside what the answers count. */
export const udpCounter = {
  /** Answers that the kernel refused to send. */
  sendFailed: 0,
  /** Receiving failed for another reason than that nothing came. */
  receiveFailed: 1,
  /** Queries whose answer threw. */
  faulted: 2,
} as const;

export const UDP_COUNTERS = 3;
