import type { Location } from "../geo/geo-table.ts";
import type { GeoCode } from "../zone/model.ts";

/** A code as it is written: `EU`, `NA-US`, `NA-US-CA`. */
export function formatGeoCode(code: GeoCode): string {
  return [code.continent, code.country, code.subdivision]
    .filter((part) => part !== undefined)
    .join("-");
}

/** True if the location lies in what the code names. The narrowest part decides: databases differ over continents. */
export function matchesGeoCode(code: GeoCode, location: Location): boolean {
  if (code.country === undefined) return code.continent === location.continent;
  if (code.country !== location.country) return false;
  return code.subdivision === undefined || code.subdivision === location.subdivision;
}
