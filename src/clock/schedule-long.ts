import type { Clock } from "./clock.ts";

/** What a timer can wait: 2^31 - 1 ms, some 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Runs `callback` once after a wait of any length; the returned function cancels it. */
export function scheduleLong(clock: Clock, callback: () => void, delayMs: number): () => void {
  const at = clock.now() + delayMs;
  let cancel: () => void = () => undefined;
  const wait = (): void => {
    const leftMs = at - clock.now();
    cancel = clock.schedule(leftMs > LONGEST_MS ? wait : callback, Math.min(leftMs, LONGEST_MS));
  };
  wait();
  return () => cancel();
}
