/**
 * The same zones in NSD, Knot, BIND and rondo, the same queries to all of them, and whatever rondo answers otherwise than
 * two of the three.
 */
import { startWithZones } from "../support/name-servers.ts";
import { Random } from "../support/random.ts";
import { startRondo } from "../support/rondo.ts";
import { askAll } from "./ask.ts";
import { compareOutcomes, type Difference, PEERS, type PeerName } from "./compare.ts";
import { type AskEverybody, type Evidence, gatherEvidence, readOutcomes } from "./evidence.ts";
import { EXPLANATIONS } from "./explained.ts";
import { findRefused } from "./find-refused.ts";
import type { Outcome } from "./outcome.ts";
import { createQuery, type RandomQuery } from "./random-query.ts";
import { createWorld, type RandomZone } from "./random-world.ts";
import { recordsOf } from "./records-of.ts";
import { dropRefused, writeMaster, writeYaml } from "./write-zone.ts";

export interface Summary {
  /** Number of the batch: so many worlds as are on the servers at one time. */
  batch: number;
  pairs: number;
  zones: number;
  /** Zones that one of the others does not serve, with its name. */
  readonly refused: string[];
  /** How many differences each explanation is for, by its ID. */
  readonly explained: Map<string, number>;
  readonly unexplained: (Difference & { readonly batch: number })[];
  /** Octets of all answers that are equal, by server. */
  readonly octets: Record<PeerName | "rondo", number>;
}

/** Worlds on the servers at one time: a start costs as much as some thousand queries. */
const WORLDS = 12;
/** Queries about each of them. */
const QUERIES = 250;
/** More would only repeat themselves. */
const MAX_UNEXPLAINED = 200;
const SEEDS = 2 ** 32;

/**
 * Goes on until `pairs` pairs of a zone and a query have been compared.
 *
 * @param skip batches to leave out, for one that is to be seen again
 */
export async function runWorlds(
  seed: number,
  pairs: number,
  tell: (summary: Summary) => void,
  skip = 0,
): Promise<Summary> {
  const summary: Summary = {
    batch: 0,
    pairs: 0,
    zones: 0,
    refused: [],
    explained: new Map(),
    unexplained: [],
    octets: { nsd: 0, knotd: 0, named: 0, rondo: 0 },
  };
  const seeds = new Random(seed);
  for (; summary.batch < skip; summary.batch++) seeds.below(SEEDS);
  while (summary.pairs < pairs && summary.unexplained.length < MAX_UNEXPLAINED) {
    const batch = new Random(seeds.below(SEEDS));
    const wanted = Math.min(WORLDS, Math.ceil((pairs - summary.pairs) / QUERIES));
    const worlds = Array.from({ length: wanted }, (_, i) => {
      const random = new Random(batch.below(SEEDS));
      const zones = createWorld(random, i).map(dropRefused);
      const queries = Array.from({ length: QUERIES }, () => createQuery(random, zones));
      return { zones, queries };
    });
    await runOnServers(worlds, summary);
    summary.batch++;
    tell(summary);
  }
  return summary;
}

interface World {
  readonly zones: readonly RandomZone[];
  readonly queries: readonly RandomQuery[];
}

async function runOnServers(worlds: readonly World[], summary: Summary): Promise<void> {
  const zones = worlds.flatMap((world) => world.zones);
  const masters = zones.map((zone) => ({
    apex: zone.apex.replace(/\.$/, ""),
    master: writeMaster(zone),
  }));
  const yaml = Object.fromEntries(zones.map((zone, i) => [`zone-${i}.yaml`, writeYaml(zone)]));
  const running = await Promise.allSettled([
    startRondo({ zones: yaml }),
    ...PEERS.map((peer) => startWithZones(peer, masters, true)),
  ]);
  try {
    const failed = running.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const [rondo, ...peers] = running.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return "endpoint" in one.value ? one.value.endpoint : one.value;
    });
    const refused = await findRefused(
      peers,
      zones.map(({ apex }) => apex),
    );
    summary.refused.push(...refused.map(({ apex, peer }) => `${peer}: ${apex}`));
    summary.zones += zones.length;
    const ask: AskEverybody = async (queries) => {
      const [own, ...others] = await Promise.all(
        [rondo!, ...peers].map((server) => askAll(server, queries)),
      );
      return readOutcomes(queries, own!, others);
    };
    // A zone that is not everywhere changes what its neighbours answer.
    const comparable = worlds.filter(
      (world) => !world.zones.some(({ apex }) => refused.some((one) => one.apex === apex)),
    );
    // Most of the time is spent on believing silence: all worlds can wait together.
    await Promise.all(comparable.map((world) => compareWorld(world, ask, summary)));
  } finally {
    await Promise.all(
      running.map((one) => (one.status === "fulfilled" ? one.value.stop() : undefined)),
    );
  }
}

async function compareWorld(
  { zones, queries }: World,
  ask: AskEverybody,
  summary: Summary,
): Promise<void> {
  const isKnown = recordsOf(zones);
  const outcomes = await ask(queries);
  const differing = outcomes.flatMap(({ own, peers }, i) => {
    const differences = compareOutcomes(queries[i]!, own, peers, isKnown);
    summary.pairs++;
    if (differences.length === 0) addOctets(summary, { ...peers, rondo: own });
    return differences.length === 0 ? [] : [{ query: queries[i]!, own, differences }];
  });
  const evidence = await gatherEvidence(differing, ask);
  differing.forEach(({ differences }, i) => {
    for (const difference of differences) take(difference, evidence[i]!, summary);
  });
}

function take(difference: Difference, evidence: Evidence, summary: Summary): void {
  const { explained, unexplained, batch } = summary;
  const explanation = EXPLANATIONS.find(({ matches }) => matches(difference, evidence));
  if (explanation === undefined) unexplained.push({ ...difference, batch });
  else explained.set(explanation.id, (explained.get(explanation.id) ?? 0) + 1);
}

/** Only of those that hold the same: sizes say how well names are compressed. */
function addOctets(
  { octets }: Summary,
  outcomes: Readonly<Record<PeerName | "rondo", Outcome>>,
): void {
  const all = Object.entries(outcomes) as [PeerName | "rondo", Outcome][];
  const { rondo } = outcomes;
  const isEqual = all.every(
    ([, { aspects, additional }]) =>
      aspects.answer === rondo.aspects.answer &&
      aspects.authority === rondo.aspects.authority &&
      additional.join() === rondo.additional.join(),
  );
  if (!isEqual || rondo.isTruncated) return;
  for (const [name, { reply }] of all) octets[name] += reply?.length ?? 0;
}
