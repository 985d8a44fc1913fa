import type { IssueList } from "../config/issue-list.ts";
import { formatType } from "../wire/rr-types.ts";
import type { StaticDraft } from "./draft.ts";
import { showName } from "./names.ts";

/** What is left of a message over TCP beside its header, a question of full length, and OPT with a client subnet. */
const MAX_ANSWER = 65_535 - 12 - 259 - 35;
/** A compressed owner, type, class, TTL and length. */
const RECORD_HEADER = 12;

/** RRsets that no message can hold. */
export function checkSizes(statics: readonly StaticDraft[], issues: IssueList): void {
  for (const { owner, type, rdata, place } of statics) {
    const problem = findOversize(rdata.map(({ octets }) => octets));
    if (problem === undefined) continue;
    issues.error(place, `the ${formatType(type)} records of ${showName(owner)} take ${problem}`);
  }
}

/** How much too large records are together; undefined if an answer can hold them. */
export function findOversize(rdata: readonly Uint8Array[]): string | undefined {
  const size = rdata.reduce((sum, octets) => sum + RECORD_HEADER + octets.length, 0);
  return size <= MAX_ANSWER ? undefined : `${size} octets: an answer holds at most ${MAX_ANSWER}`;
}
