import type { Log } from "../log/log.ts";
import { formatName } from "../wire/name.ts";
import type { PoolPlace } from "./memory.ts";

/** Logs that a pool is back in service, but not taken yet: somebody may be waiting for it. */
export function logHeldBack(log: Log, { zone, pool }: PoolPlace, why: "delay" | "manual"): void {
  const until =
    why === "manual"
      ? `until \`rondo failback ${pool.name}\``
      : `for ${pool.failback.delayMs / 1000} s`;
  const fields = { zone: formatName(zone.apex), pool: pool.name };
  log.info(fields, `pool ${pool.name} is in service again, held back ${until}`);
}
