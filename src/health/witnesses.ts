import type { Standing } from "./standing.ts";

/** So many others are asked at once when a target begins to fail. */
const WITNESSES = 3;

/**
 * Who should be probed at once to learn whether our own network still works: healthy targets at other addresses, first
 * from other subnets than the suspect's and each other's, then references, then whoever is healthy. Those with a probe
 * in flight that was sent during the suspect's run count, but need no other.
 *
 * @param all every target and reference, in a fixed order
 * @param from where in `all` to begin, so that not always the same ones are asked
 * @returns keys, at most three
 */
export function chooseWitnesses(
  suspect: Standing,
  all: readonly Standing[],
  from: number,
): readonly string[] {
  const elsewhere: Standing[] = [];
  const references: Standing[] = [];
  const others: Standing[] = [];
  for (let i = 0; i < all.length && elsewhere.length < WITNESSES; i++) {
    const candidate = all[(from + i) % all.length]!;
    if (!isHealthyElsewhere(candidate, suspect)) continue;
    if (candidate.isReference) references.push(candidate);
    else if (isNewSubnet(candidate, suspect, elsewhere)) elsewhere.push(candidate);
    else if (others.length < WITNESSES) others.push(candidate);
  }
  return [...elsewhere, ...references, ...others]
    .slice(0, WITNESSES)
    .filter(({ pending, lastSent }) => pending === 0 || lastSent < suspect.runStart)
    .map(({ target }) => target.key);
}

function isHealthyElsewhere(candidate: Standing, suspect: Standing): boolean {
  return (
    candidate.verdict !== "down" &&
    candidate.failures === 0 &&
    candidate.place.host !== suspect.place.host
  );
}

function isNewSubnet(candidate: Standing, suspect: Standing, chosen: readonly Standing[]): boolean {
  const { subnet } = candidate.place;
  return subnet !== suspect.place.subnet && chosen.every(({ place }) => place.subnet !== subnet);
}
