/**
 * A monotonic clock that all threads of the process read alike, in milliseconds: `performance.now()` counts from the start of its own
 * thread.
 */
export function createSharedClock(): () => number {
  const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return () => performance.now() + offset;
}
