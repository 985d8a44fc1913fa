import { findDistance } from "../address/rendezvous.ts";
import type { ImageView } from "../image/image-view.ts";
import { NO_ROTATION, RRSET, STICKY } from "../image/layout.ts";
import type { Client } from "./client.ts";

/**
 * Which record of an RRset leads this time; moves its counter on.
 *
 * @param slotBase added to the RRset's own counter number
 */
export function takeLead(
  image: ImageView,
  rrset: number,
  slotBase: number,
  rotation: Uint32Array,
  client: Client,
): number {
  const { words, halves } = image;
  const word = rrset >> 2;
  const relative = words[word + RRSET.rotation]!;
  if (relative === NO_ROTATION) return 0;
  const slot = slotBase + relative;
  const sticky = words[word + RRSET.sticky]!;
  if (sticky !== 0) {
    const lead = findSticky(image, rrset + sticky, words[word + RRSET.count]!, client);
    rotation[slot + lead]!++;
    return lead;
  }
  const turn = rotation[slot]!;
  rotation[slot] = turn + 1;
  const cycle = words[word + RRSET.cycle]!;
  if (cycle === 0) return turn % words[word + RRSET.count]!;
  return halves[((rrset + cycle) >> 1) + (turn % words[word + RRSET.cycleLength]!)]!;
}

/** Which record would lead now: nobody's turn is over. */
export function peekLead(
  image: ImageView,
  rrset: number,
  slotBase: number,
  rotation: Uint32Array,
  client: Client,
): number {
  const { words, halves } = image;
  const word = rrset >> 2;
  const relative = words[word + RRSET.rotation]!;
  if (relative === NO_ROTATION) return 0;
  const sticky = words[word + RRSET.sticky]!;
  if (sticky !== 0) return findSticky(image, rrset + sticky, words[word + RRSET.count]!, client);
  const turn = rotation[slotBase + relative]!;
  const cycle = words[word + RRSET.cycle]!;
  if (cycle === 0) return turn % words[word + RRSET.count]!;
  return halves[((rrset + cycle) >> 1) + (turn % words[word + RRSET.cycleLength]!)]!;
}

/** The record that is nearest to the client's prefix. */
function findSticky(image: ImageView, sticky: number, count: number, client: Client): number {
  const { words, floats } = image;
  let at = sticky >> 2;
  const hash = client.hashPrefix(words[at + STICKY.prefix4]!, words[at + STICKY.prefix6]!);
  at += STICKY.words;
  let best = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++, at += 2) {
    const distance = findDistance(hash, words[at]!, floats[at + 1]!);
    if (distance < shortest) {
      shortest = distance;
      best = i;
    }
  }
  return best;
}
