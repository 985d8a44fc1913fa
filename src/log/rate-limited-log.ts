/**
 * A log for lines that strangers on the network can cause: so many a second, then only their count.
 */
import type { Log, LogFields, LogLevel } from "./log.ts";

const WINDOW_MS = 1000;

/** Passes the first `linesPerSecond` lines of every second on and reports how many it kept back when the second is over. */
export function createRateLimitedLog(log: Log, linesPerSecond: number): Log {
  let passed = 0;
  let suppressed = 0;
  let isWindowOpen = false;

  function closeWindow(): void {
    isWindowOpen = false;
    passed = 0;
    if (suppressed === 0) return;
    const count = suppressed;
    suppressed = 0;
    log.warn({ suppressed: count }, `${count} log lines suppressed`);
  }

  function pass(level: LogLevel, fields: LogFields, message: string): void {
    if (!isWindowOpen) {
      isWindowOpen = true;
      setTimeout(closeWindow, WINDOW_MS).unref();
    }
    if (passed < linesPerSecond) {
      passed += 1;
      log[level](fields, message);
    } else {
      suppressed += 1;
    }
  }

  return {
    debug: (fields, message) => pass("debug", fields, message),
    info: (fields, message) => pass("info", fields, message),
    warn: (fields, message) => pass("warn", fields, message),
    error: (fields, message) => pass("error", fields, message),
  };
}
