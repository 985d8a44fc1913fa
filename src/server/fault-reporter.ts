/** Faults of one thread as they are reported: the newest, and how many there were since the report before. */
export interface FaultReport {
  readonly type: "fault";
  readonly stack: string;
  readonly count: number;
}

const INTERVAL_MS = 1000;

/**
 * Passes on the faults of a query path at most once a second, so that a query which provokes one cannot flood the log.
 *
 * @param now milliseconds, monotonic
 */
export function createFaultReporter(
  report: (report: FaultReport) => void,
  now: () => number,
): (error: unknown) => void {
  let count = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    count += 1;
    const time = now();
    if (time < nextAt) return;
    nextAt = time + INTERVAL_MS;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report({ type: "fault", stack, count });
    count = 0;
  };
}
