import type { RetransferReport } from "./admin/api.ts";
import { formatSocketAddress } from "./config/socket-address.ts";
import type { ZoneRefresher } from "./secondary/zone-refresher.ts";

/** How long whoever asks may be kept waiting: less than `rondo reload` waits. */
const PATIENCE_MS = 110_000;

/** Has a secondary zone transferred whole, and waits for it, though not for ever; undefined: it is no secondary zone. */
export async function retransferZone(
  secondaries: { find(name: string): ZoneRefresher | undefined },
  zone: string,
  patienceMs: number = PATIENCE_MS,
): Promise<RetransferReport | undefined> {
  const refresher = secondaries.find(zone);
  if (refresher === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    const why = `it is not finished after ${patienceMs / 1000} s, and goes on: rondo status has what comes of it`;
    timer = setTimeout(() => resolve(why), patienceMs);
  });
  const reason = await Promise.race([refresher.retransfer(), late]);
  clearTimeout(timer);
  const { serial, lastTransfer } = refresher.report();
  return {
    zone,
    transferred: reason === undefined,
    serial: serial ?? null,
    records: refresher.lookAtPrepared().compiled.records,
    primary:
      reason === undefined && lastTransfer !== undefined
        ? formatSocketAddress(lastTransfer.primary)
        : null,
    reason: reason ?? null,
  };
}
