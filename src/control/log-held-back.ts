import type { Log } from "../log/log.ts";
import { formatName } from "../wire/name.ts";
import type { PoolPlace } from "./memory.ts";

/** Logs that the delay of a pool has ended: its clients come back. */
export function logTakenAgain(log: Log, { zone, pool }: PoolPlace): void {
  const fields = { zone: formatName(zone.apex), pool: pool.name };
  const delay = pool.failback.delayMs / 1000;
  log.info(fields, `pool ${pool.name} has been in service for ${delay} s, no longer held back`);
}

/** Logs that a pool is back in service, but not taken yet: somebody may be waiting for it. */
export function logHeldBack(log: Log, { zone, pool }: PoolPlace, why: "delay" | "manual"): void {
  const until =
    why === "manual"
      ? `until \`rondo failback ${pool.name}\``
      : `for ${pool.failback.delayMs / 1000} s`;
  const fields = { zone: formatName(zone.apex), pool: pool.name };
  log.info(fields, `pool ${pool.name} is in service again, held back ${until}`);
}
