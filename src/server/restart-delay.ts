/** A thread that lived this long is not in a crash loop: a start takes some 50 ms, and what fails at the start fails there. */
const STEADY_MS = 500;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;

/**
 * How long to wait before a thread that died is replaced, in milliseconds. The first time not at all, for its sockets go on
 * swallowing queries; then longer each time it dies young.
 *
 * @param previousMs the wait before the thread that died now; undefined if it was not a replacement
 * @param livedMs how long it lived
 */
export function nextRestartDelay(previousMs: number | undefined, livedMs: number): number {
  if (previousMs === undefined || livedMs >= STEADY_MS) return 0;
  return previousMs === 0 ? FIRST_DELAY_MS : Math.min(previousMs * 2, LONGEST_DELAY_MS);
}
