import type { Log } from "../log/log.ts";
import { formatName } from "../wire/name.ts";
import type { PoolPlace } from "./memory.ts";

/** Logs that the delay of a pool has ended: its clients come back. */
export function logTakenAgain(log: Log, { zone, pool }: PoolPlace): void {
  const fields = { zone: formatName(zone.apex), pool: pool.name };
  const delay = pool.failback.delayMs / 1000;
  log.info(fields, `pool ${pool.name} has been in service for ${delay} s, no longer held back`);
}

/**
 * Logs that a pool is back in service, but not taken yet: somebody may be waiting for it.
 *
 * @param leftMs how much longer, in milliseconds; infinite: until an operator says so
 */
export function logHeldBack(log: Log, { zone, pool }: PoolPlace, leftMs: number): void {
  const until =
    leftMs === Number.POSITIVE_INFINITY
      ? `until \`rondo failback ${pool.name}\``
      : `for ${Math.ceil(leftMs / 1000)} s`;
  const fields = { zone: formatName(zone.apex), pool: pool.name };
  log.info(fields, `pool ${pool.name} is in service again, held back ${until}`);
}
