import type { Located } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { SecondarySettings } from "../config/secondary-schema.ts";
import { quote } from "../config/tree.ts";
import { formatName, lowerName, parseName } from "../wire/name.ts";
import type { Name, Zone } from "./model.ts";

/** A zone that has no records before its primaries have given it some: only where they are to come from. */
export function buildSecondary(
  { primaries, key }: SecondarySettings,
  apex: Name,
  issues: IssueList,
): Zone {
  const seen = new Set<string>();
  for (const { value, place } of primaries.value) {
    const written = `${value.address} port ${value.port}`;
    if (seen.has(written)) issues.warn(place, `${written} is listed twice: it is asked once`);
    seen.add(written);
  }
  return {
    apex,
    rrsets: [],
    steered: [],
    pools: [],
    datacenters: [],
    networks: [],
    serial: 0,
    negativeTtl: 0,
    secondary: {
      primaries: primaries.value
        .map(({ value }) => value)
        .filter(({ address, port }) => seen.delete(`${address} port ${port}`)),
      key: key && readKeyName(key, issues),
    },
  };
}

function readKeyName(key: Located<string>, issues: IssueList): string | undefined {
  const parsed = parseName(key.value);
  if (parsed.ok && key.value !== "") return formatName(lowerName(parsed.name));
  const reason = parsed.ok ? `found ${quote(key.value)}` : parsed.error;
  issues.error(key.place, `key must be the name of a key in the server file: ${reason}`);
  return undefined;
}
