import { join } from "node:path";
import type { Closers } from "./closers.ts";
import type { ServerSettings } from "./config/server-file.ts";
import { combineDatabases } from "./geo/combine-databases.ts";
import { type CurrentGeo, type GeoData, watchGeoData } from "./geo/geo-data.ts";
import type { GeoSource, GeoTable } from "./geo/geo-table.ts";
import type { ZoneLoader } from "./loader/zones.ts";
import type { Log } from "./log/log.ts";

export interface OpenGeo {
  readonly data: GeoData;
  /** The one in use. */
  table(): GeoTable;
  /** Has the zones made with geo data from now on. Resolves when they are with the first. */
  use(loader: ZoneLoader): Promise<readonly GeoSource[]>;
}

/** Geo databases as the settings name them, followed until the server is closed. */
export function openGeo(
  settings: Pick<ServerSettings, "geo" | "state">,
  version: string,
  log: Log,
  closers: Closers,
): OpenGeo {
  const data = watchGeoData({
    databases: settings.geo.databases,
    cache: { path: join(settings.state, "geo-cache"), version },
    onProblem: (problem, isKept) =>
      log.error({ problem }, isKept ? "older geo data stays in use" : "geo database not used"),
  });
  closers.add(() => data.close());
  let table = combineDatabases([]);
  return {
    data,
    table: () => table,
    use(loader) {
      const take = async (current: CurrentGeo): Promise<readonly GeoSource[]> => {
        await loader.setGeo(current);
        table = current.table;
        for (const source of table.sources) log.info({ ...source }, "geo data in use");
        return table.sources;
      };
      data.follow(async (current) => void (await take(current)));
      return data.first.then(take).catch((err: unknown) => {
        log.error({ err }, "no geo data");
        return [];
      });
    },
  };
}
