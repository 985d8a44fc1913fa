import type { GeoData } from "./geo/geo-data.ts";
import type { ZoneLoader } from "./loader/zones.ts";
import type { Log } from "./log/log.ts";
import type { Secondaries } from "./secondary/secondaries.ts";

/** SIGHUP reads everything again, and asks for secondary zones, until the closers run. */
export function followReloadSignal(
  loader: ZoneLoader,
  geo: GeoData,
  secondaries: Pick<Secondaries, "refresh">,
  log: Log,
  closers: (() => Promise<void>)[],
): void {
  const reload = (): void => {
    log.info({ signal: "SIGHUP" }, "reading all zone files and changed geo databases again");
    secondaries.refresh();
    const both = Promise.all([loader.reload(), geo.check()]);
    both.catch((err: unknown) => log.error({ err }, "reload failed"));
  };
  process.on("SIGHUP", reload);
  closers.push(async () => {
    process.off("SIGHUP", reload);
  });
}
