import type { IssueList } from "../config/issue-list.ts";
import type { SecondarySettings } from "../config/secondary-schema.ts";
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
      key: key?.value,
    },
  };
}
