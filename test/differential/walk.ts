/**
 * What a resolver comes to that follows aliases by itself: it asks the other servers for one name at a time, and believes
 * what two of the three say. That is what an answer must hold that follows a chain through several zones.
 */
import { MAX_CHAIN } from "../../src/answer/chain.ts";
import { majority, PEERS, type PeerOutcomes } from "./compare.ts";
import type { Outcome } from "./outcome.ts";
import { isBelow } from "./random-names.ts";

/** A question of class IN; the name in lower case and absolute. */
export interface Step {
  readonly name: string;
  readonly type: number;
}

/** Sorted lines as in `Outcome`. */
export interface Walk {
  readonly rcode: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
}

interface Walker {
  readonly step: Step;
  readonly number: number;
  readonly seen: readonly string[];
  readonly lines: readonly string[];
}

const TYPE_CNAME = 5;
const TYPE_ANY = 255;

/**
 * Walks from every start at the same time, one link in each round.
 *
 * @param ask puts questions to the three, so that no answer is truncated
 * @returns undefined where no two of the three agree
 */
export async function walkAll(
  starts: readonly Step[],
  ask: (steps: readonly Step[]) => Promise<readonly PeerOutcomes[]>,
): Promise<(Walk | undefined)[]> {
  const walks = new Array<Walk | undefined>(starts.length).fill(undefined);
  let open: Walker[] = starts.map((step, number) => ({
    step,
    number,
    seen: [step.name],
    lines: [],
  }));
  for (let link = 0; link <= MAX_CHAIN && open.length > 0; link++) {
    const outcomes = await ask(open.map(({ step }) => step));
    open = open.flatMap((walker, i) => {
      const { step, number, seen } = walker;
      const next = findLink(step, outcomes[i]!);
      if (next === undefined) return [];
      if (next.target === undefined) {
        walks[number] = end(walker.lines, findEnd(outcomes[i]!), link);
        return [];
      }
      const lines = [...walker.lines, ...next.lines];
      // What a chain in a circle, and one that is too long, have shown up to there.
      if (seen.includes(next.target) || link + 1 === MAX_CHAIN) {
        walks[number] = end(lines, NOTHING, link);
        return [];
      }
      const onward = { name: next.target, type: step.type };
      return [{ step: onward, number, seen: [...seen, next.target], lines }];
    });
  }
  return walks;
}

const NOTHING: Walk = { rcode: "NOERROR", answer: [], authority: [] };

/** A target that none of the zones holds is left to the client. */
function end(lines: readonly string[], last: Walk | undefined, links: number): Walk | undefined {
  if (last === undefined) return undefined;
  const { rcode, answer, authority } = last.rcode === "REFUSED" && links > 0 ? NOTHING : last;
  const all = new Set([...lines, ...answer]);
  return { rcode, answer: [...all].sort(), authority };
}

/** @returns the alias at the name, without a target if there is none; undefined if no two of the three agree */
function findLink(
  { name, type }: Step,
  peers: PeerOutcomes,
): { lines: string[]; target?: string } | undefined {
  if (type === TYPE_CNAME) return { lines: [] };
  const links = PEERS.map((peer) => linkOf(name, peers[peer].answer));
  const agreed = majority(links.map((lines) => lines.join("\n")));
  if (agreed === undefined) return undefined;
  const [alias, ...dnames] = agreed.split("\n");
  // A CNAME that is in the zone is an answer to ANY.
  const isEnd = alias === "" || (type === TYPE_ANY && dnames.length === 0);
  return isEnd ? { lines: [] } : { lines: [alias!, ...dnames], target: alias!.split(" ")[4]! };
}

/** The CNAME at the name, and the DNAME that it was made from. */
function linkOf(name: string, answer: readonly string[]): string[] {
  const alias = answer.find((line) => line.startsWith(`${name} `) && line.includes(" TYPE5 "));
  if (alias === undefined) return [];
  const above = answer.filter((line) => {
    const [owner, , , type] = line.split(" ");
    return type === "TYPE39" && owner !== name && isBelow(name, owner!);
  });
  return [alias, ...above];
}

function findEnd(peers: PeerOutcomes): Walk | undefined {
  const rcode = majority(PEERS.map((peer) => peers[peer].aspects.rcode));
  const agreeing = PEERS.map((peer) => peers[peer]).filter(
    ({ aspects }) => aspects.rcode === rcode,
  );
  const answer = agreedOn(agreeing, "answer");
  const authority = agreedOn(agreeing, "authority");
  if (rcode === undefined || answer === undefined || authority === undefined) return undefined;
  return { rcode, answer, authority };
}

function agreedOn(
  outcomes: readonly Outcome[],
  section: "answer" | "authority",
): readonly string[] | undefined {
  const agreed = majority(outcomes.map(({ aspects }) => aspects[section]));
  return outcomes.find(({ aspects }) => aspects[section] === agreed)?.[section];
}
