import type { Clock } from "./clock/clock.ts";
import type { Log } from "./log/log.ts";
import { type CertificateLife, SOON_MS } from "./server/certificate-life.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface ExpiryOptions {
  /** Of the certificate in use. */
  readonly read: () => CertificateLife;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  readonly log: Log;
}

/**
 * Says once a day that the certificate in use ends soon, or has ended: then within the hour. Renewal that has stopped working
 * is told of while there is time.
 *
 * @returns ends it
 */
export function followExpiry({ read, clock, wallNow, log }: ExpiryOptions): () => void {
  let told:
    | { readonly expiresAt: number; readonly at: number; readonly hasEnded: boolean }
    | undefined;
  let cancel = (): void => {};

  function look(): void {
    cancel = clock.schedule(look, HOUR_MS);
    const { names, expiresAt } = read();
    const leftMs = expiresAt - wallNow();
    if (leftMs > SOON_MS) return;
    const hasEnded = leftMs <= 0;
    const isNews = told?.expiresAt !== expiresAt || told.hasEnded !== hasEnded;
    if (!isNews && clock.now() - told!.at < DAY_MS) return;
    told = { expiresAt, at: clock.now(), hasEnded };
    const fields = { names, expires: new Date(expiresAt).toISOString() };
    if (hasEnded) log.error(fields, "certificate in use has expired");
    else
      log.warn({ ...fields, days: Math.ceil(leftMs / DAY_MS) }, "certificate in use expires soon");
  }

  look();
  return () => cancel();
}
