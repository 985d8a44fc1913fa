import { formatPrefix } from "../address/parse.ts";
import type { Located } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { ZoneSettings } from "../config/zone-settings.ts";
import { parseGeoCode } from "./geo-code.ts";
import type { Datacenter, GeoCode, Network } from "./model.ts";
import { doubtSubdivision } from "./subdivisions.ts";

export function buildDatacenters(settings: ZoneSettings, issues: IssueList): Datacenter[] {
  const entries = settings.datacenters?.value ?? [];
  return entries.map(({ key, value }) => ({
    name: key,
    geo: readGeoCode(value?.geo, issues),
    coords: value?.coords?.value,
    bias: value?.bias?.value ?? 0,
  }));
}

export function buildNetworks(settings: ZoneSettings, issues: IssueList): Network[] {
  const networks: Network[] = [];
  const lines = new Map<string, number>();
  for (const { prefix, place, settings: location } of settings.networks?.value ?? []) {
    const text = formatPrefix(prefix);
    const first = lines.get(text);
    if (first !== undefined) {
      issues.error(place, `the network ${text} is written twice: first in line ${first}`);
      continue;
    }
    lines.set(text, issues.lineOf(place.start));
    networks.push({
      prefix,
      geo: readGeoCode(location?.geo, issues),
      coords: location?.coords?.value,
      asn: location?.asn?.value,
    });
  }
  return networks;
}

/** A geo code of the file; undefined if there is none, or it is none, which is then reported. */
export function readGeoCode(
  written: Located<string> | undefined,
  issues: IssueList,
): GeoCode | undefined {
  if (written === undefined) return undefined;
  const code = parseGeoCode(written.value);
  if (typeof code === "string") {
    issues.error(written.place, code);
    return undefined;
  }
  const doubt = doubtSubdivision(code);
  if (doubt !== undefined) issues.warn(written.place, doubt);
  return code;
}
