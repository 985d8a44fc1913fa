import type { Closers } from "./closers.ts";
import type { GeoData } from "./geo/geo-data.ts";
import type { ZoneProblem } from "./loader/resolve-zones.ts";
import type { ZoneLoader } from "./loader/zones.ts";
import type { Log } from "./log/log.ts";
import type { Secondaries } from "./secondary/secondaries.ts";

const MOST_FILES = 20;

/** SIGHUP reads everything again, and asks for secondary zones, until the server is closed. */
export function followReloadSignal(
  loader: ZoneLoader,
  geo: GeoData,
  secondaries: Pick<Secondaries, "refresh">,
  log: Log,
  closers: Closers,
): void {
  const reload = (): void => {
    log.info({ signal: "SIGHUP" }, "reading all zone files and changed geo databases again");
    secondaries.refresh();
    const both = Promise.all([loader.reload(), geo.check()]);
    both.then(
      ([{ changed, problems }]) => logOutcome(log, changed.length, problems),
      (err: unknown) => log.error({ err }, "reload failed"),
    );
  };
  process.on("SIGHUP", reload);
  closers.add(() => process.off("SIGHUP", reload));
}

/** Problems that were there before are in the log already: whoever reloads wants to know that they still are. */
function logOutcome(log: Log, changed: number, problems: readonly ZoneProblem[]): void {
  const fields = { signal: "SIGHUP", changed, problems: problems.length };
  if (problems.length === 0) log.info(fields, "all zone files read again");
  else {
    const files = problems.slice(0, MOST_FILES).map(({ file }) => file);
    log.warn({ ...fields, files }, 'all zone files read again, with problems: see "rondo status"');
  }
}
