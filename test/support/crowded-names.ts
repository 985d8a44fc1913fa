/** Two runs of octets that add as much to the hash of a name, wherever they stand. */
const SAME = ["xoqlia4m", "r7sz2y95"] as const;
const RUNS = 7;
const LABELS = 2;

/** Names without a dot at the end, all of one hash; at most 2^14. */
export function listCrowdedNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => {
    const runs = Array.from({ length: RUNS * LABELS }, (_, bit) => SAME[(number >> bit) & 1]!);
    return `${runs.slice(0, RUNS).join("")}.${runs.slice(RUNS).join("")}`;
  });
}
