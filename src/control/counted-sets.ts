import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import type { ValueOrigin } from "./steered-values.ts";

/** An answer set with the number of the value, among the name's, that each record is; undefined: none of them. */
export interface CountedSet {
  readonly source: RRsetSource;
  readonly values: readonly (number | undefined)[];
}

/** Each answer set once, however many classes of clients get it; sets that differ by TTL alone share a counter. */
export function listSets(
  published: readonly AnswerSet[],
  values: readonly ValueOrigin[],
): CountedSet[] {
  const byRdata = new Map(values.map(({ rdata }, i) => [rdata, i]));
  const byContent = new Map<string, number>();
  for (const [i, { rdata }] of values.entries()) {
    if (!byContent.has(hexOf(rdata))) byContent.set(hexOf(rdata), i);
  }
  const byCounter = new Map<number, CountedSet>();
  for (const source of published) {
    if (source === "nodata" || source === "servfail" || byCounter.has(source.rotation)) continue;
    // The same octets may stand in several pools: a decision passes on those of the pool it took them from.
    const places = source.rdata.map((rdata) => byRdata.get(rdata) ?? byContent.get(hexOf(rdata)));
    byCounter.set(source.rotation, { source, values: places });
  }
  return [...byCounter.values()];
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
