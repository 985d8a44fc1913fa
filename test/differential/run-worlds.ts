/**
 * The same zones in NSD, Knot, BIND and rondo, the same queries to all of them, and whatever rondo answers otherwise than
 * two of the three.
 */
import type { Endpoint } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { startWithZones } from "../support/name-servers.ts";
import { query } from "../support/packet.ts";
import { until } from "../support/peers.ts";
import { Random } from "../support/random.ts";
import { startRondo } from "../support/rondo.ts";
import { askAll } from "./ask.ts";
import { compareOutcomes, type Difference, PEERS, type PeerName } from "./compare.ts";
import { EXPLANATIONS } from "./explained.ts";
import { type Outcome, readOutcome } from "./outcome.ts";
import { createQuery, type RandomQuery } from "./random-query.ts";
import { createWorld, type RandomZone } from "./random-world.ts";
import { dropRefused, writeMaster, writeYaml } from "./write-zone.ts";

export interface Summary {
  pairs: number;
  zones: number;
  /** Zones that one of the others does not serve, with its name. */
  readonly refused: string[];
  /** How many differences each explanation is for, by its ID. */
  readonly explained: Map<string, number>;
  readonly unexplained: Difference[];
  /** Octets of all answers that are equal, by server. */
  readonly octets: Record<PeerName | "rondo", number>;
}

/** Worlds on the servers at one time: a start costs as much as some thousand queries. */
const WORLDS = 12;
/** Queries about each of them. */
const QUERIES = 250;
/** More would only repeat themselves. */
const MAX_UNEXPLAINED = 200;

/** Goes on until `pairs` pairs of a zone and a query have been compared. */
export async function runWorlds(
  seed: number,
  pairs: number,
  tell: (summary: Summary) => void,
): Promise<Summary> {
  const summary: Summary = {
    pairs: 0,
    zones: 0,
    refused: [],
    explained: new Map(),
    unexplained: [],
    octets: { nsd: 0, knotd: 0, named: 0, rondo: 0 },
  };
  const random = new Random(seed);
  while (summary.pairs < pairs && summary.unexplained.length < MAX_UNEXPLAINED) {
    const wanted = Math.min(WORLDS, Math.ceil((pairs - summary.pairs) / QUERIES));
    const worlds = Array.from({ length: wanted }, (_, i) =>
      createWorld(random, i).map(dropRefused),
    );
    await runOnServers(random, worlds, summary);
    tell(summary);
  }
  return summary;
}

async function runOnServers(
  random: Random,
  worlds: readonly (readonly RandomZone[])[],
  summary: Summary,
): Promise<void> {
  const zones = worlds.flat();
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
    const refused = await findRefused(peers, zones);
    summary.refused.push(...refused.map(({ apex, peer }) => `${peer}: ${apex}`));
    summary.zones += zones.length;
    for (const world of worlds) {
      // A zone that is not everywhere changes what its neighbours answer.
      if (world.some(({ apex }) => refused.some((one) => one.apex === apex))) continue;
      const queries = Array.from({ length: QUERIES }, () => createQuery(random, world));
      await compareWorld(world, queries, rondo!, peers, summary);
    }
  } finally {
    await Promise.all(
      running.map((one) => (one.status === "fulfilled" ? one.value.stop() : undefined)),
    );
  }
}

async function compareWorld(
  world: readonly RandomZone[],
  queries: readonly RandomQuery[],
  rondo: Endpoint,
  peers: readonly Endpoint[],
  summary: Summary,
): Promise<void> {
  const [own, ...others] = await Promise.all(
    [rondo, ...peers].map(async (server) => {
      const replies = await askAll(server, queries);
      return replies.map((reply, i) => readOutcome(queries[i]!.packet, reply));
    }),
  );
  const lines = new Set(world.flatMap(({ records }) => records.map(lineOf)));
  queries.forEach((asked, i) => {
    const [nsd, knotd, named] = others.map((outcomes) => outcomes[i]!) as [
      Outcome,
      Outcome,
      Outcome,
    ];
    const differences = compareOutcomes(asked, own![i]!, { nsd, knotd, named }, (line) =>
      lines.has(line.replace(/ TYPE.*/, "")),
    );
    summary.pairs++;
    if (differences.length === 0) addOctets(summary, { nsd, knotd, named, rondo: own![i]! });
    for (const difference of differences) take(difference, summary);
  });
}

function take(difference: Difference, { explained, unexplained }: Summary): void {
  const explanation = EXPLANATIONS.find(({ matches }) => matches(difference));
  if (explanation === undefined) unexplained.push(difference);
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

/** Which zones a peer does not serve, once it has had the time to load them. */
async function findRefused(
  peers: readonly Endpoint[],
  zones: readonly RandomZone[],
): Promise<{ peer: PeerName; apex: string }[]> {
  const refused: { peer: PeerName; apex: string }[] = [];
  for (const [i, peer] of peers.entries()) {
    const open = new Set(zones.map(({ apex }) => apex));
    await until(
      "all zones are loaded",
      async () => {
        const asked = [...open];
        const replies = await askAll(peer, asked.map(askSoa));
        replies.forEach((reply, j) => {
          if (reply !== undefined && readMessage(reply).answer.length > 0) open.delete(asked[j]!);
        });
        return open.size === 0;
      },
      4000,
    ).catch(() => undefined);
    for (const apex of open) refused.push({ peer: PEERS[i]!, apex });
  }
  return refused;
}

function askSoa(apex: string): RandomQuery {
  const packet = query({ name: apex, type: "SOA", id: 0 });
  return {
    packet,
    transport: "udp",
    text: apex,
    name: apex,
    type: 6,
    class: 1,
    opcode: 0,
    size: undefined,
  };
}

/** Owner and TTL as an outcome has them. */
function lineOf({ owner, ttl }: { owner: string; ttl: number }): string {
  return `${owner} ${ttl} 1`;
}
