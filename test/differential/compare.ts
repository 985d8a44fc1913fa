import { ASPECTS, type Aspect, type Outcome } from "./outcome.ts";
import type { RandomQuery } from "./random-query.ts";

export const PEERS = ["nsd", "knotd", "named"] as const;
export type PeerName = (typeof PEERS)[number];

export type PeerOutcomes = Readonly<Record<PeerName, Outcome>>;

/** Something that at least two of the three do and rondo does not. */
export interface Difference {
  readonly query: RandomQuery;
  readonly aspect: Aspect | "additional";
  readonly expected: string;
  readonly found: string;
  readonly peers: PeerOutcomes;
  readonly own: Outcome;
}

/**
 * Compares one answer of rondo with those of the others, where these agree.
 *
 * @param isKnown whether a record is in the zones
 */
export function compareOutcomes(
  query: RandomQuery,
  own: Outcome,
  peers: PeerOutcomes,
  isKnown: (line: string) => boolean,
): Difference[] {
  const differences: Difference[] = [];
  const report = (aspect: Difference["aspect"], expected: string, found: string): void => {
    differences.push({ query, aspect, expected, found, peers, own });
  };
  // Flags and sections mean something only beside the RCODE they come with.
  const rcode = majority(PEERS.map((peer) => peers[peer].aspects.rcode));
  const agreeing = PEERS.filter((peer) => peers[peer].aspects.rcode === rcode);
  for (const aspect of ASPECTS) {
    const asked = aspect === "reply" || aspect === "rcode" ? PEERS : agreeing;
    const expected = majority(asked.map((peer) => peers[peer].aspects[aspect]));
    const found = own.aspects[aspect];
    if (expected === undefined || expected === found) continue;
    // Who is truncated says no more than that; which of them are is compared by itself.
    const isCut = own.isTruncated || PEERS.filter((peer) => peers[peer].isTruncated).length > 1;
    if (isCut && (aspect === "answer" || aspect === "authority")) continue;
    report(aspect, expected, found);
  }
  compareAdditional(own, peers, isKnown, report);
  return differences;
}

/**
 * What two of the three add must be there, for it is what a client needs to go on: glue. What rondo adds beyond that is
 * its own affair as long as it is true.
 */
function compareAdditional(
  own: Outcome,
  peers: PeerOutcomes,
  isKnown: (line: string) => boolean,
  report: (aspect: "additional", expected: string, found: string) => void,
): void {
  if (own.isTruncated || PEERS.some((peer) => peers[peer].isTruncated)) return;
  const counts = new Map<string, number>();
  for (const peer of PEERS) {
    for (const line of peers[peer].additional) counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const wanted = [...counts].filter(([, count]) => count > 1).map(([line]) => line);
  const missing = wanted.filter((line) => !own.additional.includes(line));
  const untrue = own.additional.filter((line) => !counts.has(line) && !isKnown(line));
  if (missing.length > 0 || untrue.length > 0) {
    report("additional", wanted.join("\n"), own.additional.join("\n"));
  }
}

/** What at least two say. */
export function majority(values: readonly string[]): string | undefined {
  return values.find((value) => values.filter((other) => other === value).length > 1);
}
