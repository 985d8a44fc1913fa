import { setImmediate } from "node:timers/promises";
import { type FoundRecord, findRecords, keyOfRecord } from "../image/find-records.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Match } from "./find-matches.ts";

/** For how long nothing else gets its turn, in milliseconds. */
const SLICE_MS = 10;

/**
 * The records of any zone that have nothing to do with pools, and answer with one of the values all the same: an address
 * may have a name of its own, too. Looks through everything that is served, a slice at a time.
 */
export async function findPlainRecords(
  zones: readonly PreparedZone[],
  matches: readonly Match[],
): Promise<FoundRecord[]> {
  const wanted = new Map<number, Set<string>>();
  for (const { value } of matches) {
    const keys = wanted.get(value.type) ?? new Set();
    wanted.set(value.type, keys.add(keyOfRecord(value.type, value.rdata)));
  }
  const found: FoundRecord[] = [];
  let since = performance.now();
  for (const { zone, compiled } of zones) {
    found.push(...findRecords(compiled.segment, zone.apex, wanted));
    if (performance.now() - since < SLICE_MS) continue;
    await setImmediate();
    since = performance.now();
  }
  return found;
}
