/**
 * The corroboration rule: a target goes down only if something else answered a probe that was sent at or after its
 * first failure of the run and at or before its latest. Both bounds matter. Without the lower one the first victim of
 * our own lost uplink is convicted by what others answered before; without the upper one, the first success after the
 * uplink is back convicts everybody whose count is full.
 */
import type { Answer } from "./answer-log.ts";
import type { Standing } from "./standing.ts";

/**
 * Adds an answer to the witnesses of a suspect. Two are enough to keep: the earliest sent, and the earliest sent from
 * another subnet; since the window only grows at its upper end, no other can enter it before these do.
 */
export function addWitness(standing: Standing, answer: Answer): Standing {
  if (answer.place.host === standing.place.host || answer.sent < standing.runStart) return standing;
  const [first, second] = standing.witnesses;
  if (first === undefined) return { ...standing, witnesses: [answer] };
  const candidates = second === undefined ? [first, answer] : [first, second, answer];
  // Stable: of two that were sent at the same moment the one that is known stays.
  candidates.sort((a, b) => a.sent - b.sent);
  const earliest = candidates[0]!;
  const elsewhere = candidates.find(({ place }) => place.subnet !== earliest.place.subnet);
  if (earliest === first && elsewhere === second) return standing;
  return { ...standing, witnesses: elsewhere === undefined ? [earliest] : [earliest, elsewhere] };
}

/** The answers that convict a suspect now: sent within its run of failures. Its own whole answers count as well. */
export function findEvidence(standing: Standing): readonly Answer[] {
  const own = standing.ownAnswer;
  const witnesses = standing.witnesses.filter(({ sent }) => sent <= standing.runLast);
  return own === undefined ? witnesses : [own, ...witnesses];
}

/** From how many different subnets evidence comes; two or more rule out that one broken link looks like many failures. */
export function countSubnets(evidence: readonly Answer[]): number {
  return new Set(evidence.map(({ place }) => place.subnet)).size;
}
