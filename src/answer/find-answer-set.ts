import { STEERED_ENTRY } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import type { Serving } from "../image/serving.ts";
import type { Client } from "./client.ts";

/** What a client gets of a steered entry: an RRset among the answer sets, SERVFAIL_SET, or 0 for NODATA. */
export function findAnswerSet(
  serving: Serving,
  segment: Segment,
  entry: number,
  client: Client,
): number {
  const { sets } = serving;
  const at = segment.entryReference(entry) >> 2;
  const plan = segment.planBase + segment.words[at + STEERED_ENTRY.plan]!;
  const map = sets.mapOf(plan);
  const clientClass = map < 0 ? 0 : client.classify(serving.maps[map]!);
  return sets.rrsetOf(plan, clientClass);
}

/** The first rotation counter of a steered entry, which its answer sets count from. */
export function slotBaseOf(segment: Segment, entry: number): number {
  return segment.words[(segment.entryReference(entry) >> 2) + STEERED_ENTRY.slotBase]!;
}
