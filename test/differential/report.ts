import type { Difference } from "./compare.ts";
import { PEERS } from "./compare.ts";
import type { Outcome } from "./outcome.ts";
import type { Summary } from "./run-worlds.ts";

/** The counts. */
export function renderSummary(summary: Summary): string {
  const { pairs, zones, refused, explained, unexplained, octets } = summary;
  const sizes = Object.entries(octets).map(([name, count]) => `${name} ${count}`);
  return [
    `${pairs} queries to ${zones} zones; ${unexplained.length} unexplained differences`,
    ...[...explained].map(([id, count]) => `  ${id}: ${count}`),
    `  octets of equal answers: ${sizes.join(", ")}`,
    ...(refused.length > 0 ? [`  not served: ${refused.join(", ")}`] : []),
    "",
  ].join("\n");
}

/** One that nothing explains, with what each server answers. */
export function renderDifference(difference: Difference & { readonly batch: number }): string {
  const { query, aspect, own, peers, batch } = difference;
  const outcomes = [...PEERS.map((peer) => [peer, peers[peer]] as const), ["rondo", own] as const];
  return [
    `${aspect}: ${query.text} (batch ${batch})`,
    ...outcomes.map(([name, outcome]) => `  ${name}: ${renderOutcome(outcome)}`),
    "",
  ].join("\n");
}

function renderOutcome({ aspects, answer, authority, additional, reply }: Outcome): string {
  if (reply === undefined) return "silence";
  const sections = [
    ...answer.map((line) => `      ${line}`),
    ...authority.map((line) => `    ~ ${line}`),
    ...additional.map((line) => `    + ${line}`),
  ];
  const { rcode, flags, opcode, question, edns, tc } = aspects;
  const head = `${rcode} [${flags}] tc ${tc}, opcode ${opcode}, question ${question}, edns ${edns}, ${reply.length} octets`;
  return [head, ...sections].join("\n");
}
