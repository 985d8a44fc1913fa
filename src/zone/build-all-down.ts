import type { Located } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { AllDownSettings } from "../config/zone-settings.ts";
import { formatType, TYPE_A, TYPE_CNAME } from "../wire/rr-types.ts";
import { MAX_RECORDS } from "./limits.ts";
import type { AllDown, Name } from "./model.ts";
import { keyOf } from "./names.ts";
import { readPoolValue, type ValueKind } from "./read-pool-value.ts";

/**
 * What is answered while all values are down.
 *
 * @param longest the record's own TTL in seconds, where there is one record
 * @returns of values of kind "address" those of both families
 */
export function buildAllDown(
  { value: settings }: Located<AllDownSettings>,
  kind: ValueKind,
  longest: number | undefined,
  { apex, issues }: { readonly apex: Name; readonly issues: IssueList },
): AllDown {
  if (settings.kind !== "values") return { kind: settings.kind };
  const { values, ttl } = settings;
  const tree = values.value;
  const items = tree.kind === "list" ? tree.items : [tree];
  const start = { start: values.place.start, end: values.place.start + 1 };
  if (items.length === 0) {
    issues.error(
      values.place,
      "values of all_down is an empty list: for an empty answer, write all_down: closed",
    );
  }
  const found = new Map<string, Uint8Array>();
  for (const item of items) {
    const read = readPoolValue(item, kind, apex, issues);
    if (read === undefined) continue;
    const key = `${read.type} ${keyOf(read.rdata)}`;
    if (found.has(key))
      issues.warn(item.place, `${read.text} is in the list already: it is answered once`);
    found.set(key, read.rdata);
  }
  if (found.size > MAX_RECORDS) {
    issues.error(start, `all_down has ${found.size} values: at most ${MAX_RECORDS} are allowed`);
  }
  if (kind === TYPE_CNAME && found.size > 1) {
    issues.error(
      start,
      `all_down has ${found.size} ${formatType(kind)} records: there can be only one`,
    );
  }
  if (ttl !== undefined && (ttl.value === 0 || ttl.value > (longest ?? ttl.value))) {
    const most = longest === undefined ? "" : `, the record's ttl is ${longest}`;
    issues.error(
      ttl.place,
      `the ttl of all_down must be at least 1 and no longer than the record's: found ${ttl.value}${most}`,
    );
  }
  return { kind: "values", rdata: [...found.values()], ttl: ttl?.value };
}

/** The part of it that answers records of one type; values of the other family alone are as good as none. */
export function allDownOf(allDown: AllDown, type: number, types: readonly number[]): AllDown {
  if (allDown.kind !== "values" || types.length === 1) return allDown;
  const size = type === TYPE_A ? 4 : 16;
  const rdata = allDown.rdata.filter((octets) => octets.length === size);
  return rdata.length === 0 ? { kind: "open" } : { ...allDown, rdata };
}
