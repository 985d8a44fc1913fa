/**
 * Notices that the process did not run for a while (a blocked event loop, SIGSTOP, a paused machine). Timers then fire
 * late and answers are read late, so what probes say that were in flight meanwhile is worth nothing.
 */
export interface StallGuard {
  /** To be called every `beatMs`. */
  beat(now: number): void;
  /** True once per stall, at the first call after it, whatever woke the process first. */
  isAfterStall(now: number): boolean;
}

/** How long beats may be late, in milliseconds. */
const TOLERANCE_MS = 250;

export function createStallGuard(beatMs: number, start: number): StallGuard {
  let lastBeat = start;
  return {
    beat(now) {
      lastBeat = now;
    },
    isAfterStall(now) {
      if (now - lastBeat <= beatMs + TOLERANCE_MS) return false;
      lastBeat = now;
      return true;
    },
  };
}
