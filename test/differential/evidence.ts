/** What is asked besides, where an answer of rondo is another one than that of two of the three. */
import { query as writeQuery } from "../support/packet.ts";
import { canonicalName } from "./canonical-name.ts";
import { PEERS, type PeerOutcomes } from "./compare.ts";
import { type Outcome, readOutcome } from "./outcome.ts";
import { isBelow } from "./random-names.ts";
import { isMetaType, type RandomQuery } from "./random-query.ts";
import { type Step, type Walk, walkAll } from "./walk.ts";

export interface Evidence {
  /** The same question over TCP, where everything fits. */
  readonly whole: { readonly own: Outcome; readonly peers: PeerOutcomes };
  /** What a resolver comes to that follows the chain by itself; undefined if no two of the three agree. */
  readonly walk: Walk | undefined;
}

/** Asks rondo and the three all of these questions. */
export type AskEverybody = (
  queries: readonly RandomQuery[],
) => Promise<{ own: Outcome; peers: PeerOutcomes }[]>;

const TYPE_CNAME = 5;
const TYPE_DNAME = 39;
const TYPE_ANY = 255;
/** Reserved, SIG and KEY: no zone here has them, and not all of the three treat them as any other. */
const UNUSED_TYPES: readonly number[] = [0, 24, 25];
/** For private use (RFC 6895 §3.1): no record has it, and no server takes exception to it. */
const TYPE_OF_NONE = 65_282;

/** @returns in the order of the queries */
export async function gatherEvidence(
  asked: readonly { readonly query: RandomQuery; readonly own: Outcome }[],
  ask: AskEverybody,
): Promise<Evidence[]> {
  const whole = await ask(asked.map(({ query }) => ({ ...query, transport: "tcp" })));
  const starts = asked.map(({ query, own }, i) =>
    startOf(query, own.isTruncated ? whole[i]!.own : own),
  );
  const walks = await walkAll(starts, async (steps) => {
    const answers = await ask(steps.map(createStepQuery));
    return answers.map(({ peers }) => peers);
  });
  return asked.map((_, i) => ({ whole: whole[i]!, walk: walks[i] }));
}

/** For ANY, the type of the RRset that was chosen, if one was; for types that no record can have, or has here, one that none has. */
function startOf({ name: asked, type }: RandomQuery, { answer }: Outcome): Step {
  const name = canonicalName(asked);
  if (type !== TYPE_ANY && (isMetaType(type) || UNUSED_TYPES.includes(type))) {
    return { name, type: TYPE_OF_NONE };
  }
  if (type !== TYPE_ANY) return { name, type };
  const records = answer.map((line) => line.split(" "));
  const aliases = records.filter((record) => typeOf(record) === TYPE_CNAME);
  const chosen = records.find((record) => {
    if (typeOf(record) !== TYPE_DNAME) return typeOf(record) !== TYPE_CNAME;
    return !aliases.some(([owner]) => isBelow(owner!, record[0]!));
  });
  return { name, type: chosen === undefined ? TYPE_ANY : typeOf(chosen) };
}

function typeOf(record: readonly string[]): number {
  return Number(record[3]!.slice("TYPE".length));
}

function createStepQuery({ name, type }: Step): RandomQuery {
  const packet = writeQuery({ name, type, id: 0 });
  const text = `${name} type ${type}`;
  return { packet, transport: "tcp", text, name, type, class: 1, opcode: 0, size: undefined };
}

/** The outcomes of all servers, by server. */
export function readOutcomes(
  queries: readonly RandomQuery[],
  own: readonly (Uint8Array | undefined)[],
  others: readonly (readonly (Uint8Array | undefined)[])[],
): { own: Outcome; peers: PeerOutcomes }[] {
  return queries.map(({ packet }, i) => {
    const peers = PEERS.map((peer, j) => [peer, readOutcome(packet, others[j]![i])]);
    return {
      own: readOutcome(packet, own[i]),
      peers: Object.fromEntries(peers) as PeerOutcomes,
    };
  });
}
