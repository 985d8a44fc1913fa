import type { Clock } from "../clock/clock.ts";
import { formatSocketAddress } from "../config/socket-address.ts";
import type { HealthEvent } from "../health/health.ts";
import type { Log } from "../log/log.ts";

export interface VerdictLog {
  note(event: HealthEvent): void;
  /** Tells what has not been told yet. */
  close(): void;
}

type Verdict = Extract<HealthEvent, { readonly kind: "verdict" }>;

const WINDOW_MS = 10_000;
/** More at a time are a datacenter: nobody reads a line for each. */
const MOST_LINES = 20;
const MOST_NAMED = 200;

/**
 * One line for each verdict, but 20 of each kind in ten seconds at most: what comes beyond that is one line at the end of the
 * ten, so that a datacenter that flaps does not fill the disk.
 */
export function createVerdictLog(log: Log, clock: Clock): VerdictLog {
  const lines = { down: 0, up: 0 };
  /** By target; the last one counts. */
  const untold = new Map<string, Verdict>();
  let cancelEnd: (() => void) | undefined;

  function endWindow(): void {
    cancelEnd?.();
    cancelEnd = undefined;
    lines.down = 0;
    lines.up = 0;
    if (untold.size === 0) return;
    logMany(log, [...untold.values()]);
    untold.clear();
  }

  return {
    note(event) {
      if (event.kind === "blind") {
        logBlind(log, event.blind);
        return;
      }
      cancelEnd ??= clock.schedule(endWindow, WINDOW_MS);
      const kind = event.to === "down" ? "down" : "up";
      lines[kind] += 1;
      // What was not told of it before is over.
      untold.delete(event.target.key);
      if (lines[kind] <= MOST_LINES) logVerdict(log, event);
      else untold.set(event.target.key, event);
    },
    close: endWindow,
  };
}

function logBlind(log: Log, isBlind: boolean): void {
  if (isBlind) {
    log.warn(
      {},
      "blind: checks fail and nothing proves that our own network works; nothing goes down",
    );
  } else log.info({}, "no longer blind");
}

function logVerdict(log: Log, { target, from, to, detail }: Verdict): void {
  const { address, port, check } = target;
  const fields = { address, port, check: check.name, protocol: check.protocol, from, to };
  const place = formatSocketAddress(target);
  if (to === "down") log.warn({ ...fields, reason: detail }, `${place} is down`);
  else log.info(fields, `${place} is ${to}`);
}

function logMany(log: Log, verdicts: readonly Verdict[]): void {
  const down = verdicts.filter(({ to }) => to === "down");
  const others = verdicts.filter(({ to }) => to !== "down");
  const fields = { down: nameAll(down), up: nameAll(others) };
  const message = `more verdicts in ten seconds than lines: ${down.length} more are down, ${others.length} more are up`;
  if (down.length > 0) log.warn(fields, message);
  else log.info(fields, message);
}

function nameAll(verdicts: readonly Verdict[]): string[] {
  const names = verdicts
    .slice(0, MOST_NAMED)
    .map(({ target }) => `${formatSocketAddress(target)} ${target.check.name}`);
  const left = verdicts.length - names.length;
  return left > 0 ? [...names, `and ${left} more`] : names;
}
