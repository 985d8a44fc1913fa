import type { AddressKey } from "../address/key.ts";
import { findDistance, hashOctets, hashPrefix } from "../address/rendezvous.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";
import type { Classes } from "./classes.ts";
import type { Answer } from "./decision.ts";
import { listNested, listTried } from "./pool-content.ts";

/** The seed of a value: depends on the zone's name and the value alone, so that all name servers of the zone agree. */
export function findSeed(zone: Zone, text: string): number {
  return hashOctets(Buffer.concat([zone.apex, Buffer.from(text)]));
}

/**
 * The value of a sticky answer that a client gets, as the query path finds it.
 *
 * @param client the address that counts: the ECS one, else the resolver's
 * @returns its index, and the length of the prefix that decided
 */
export function pickSticky(answer: Answer, client: AddressKey): { index: number; prefix: number } {
  const { sticky, values } = answer;
  if (sticky === undefined) return { index: 0, prefix: 0 };
  const prefix = client.family === 4 ? sticky.prefix4 : sticky.prefix6;
  const hash = hashPrefix(client, prefix);
  let index = 0;
  let shortest = Number.POSITIVE_INFINITY;
  values.forEach(({ weight }, i) => {
    // The image holds weights in single precision.
    const distance = findDistance(hash, sticky.seeds[i]!, Math.fround(weight));
    if (distance < shortest) [shortest, index] = [distance, i];
  });
  return { index, prefix };
}

/** The most records that a sticky answer of any class can have, and at least 1: each of them is counted. */
export function countStickyRecords(
  zone: Zone,
  { type }: SteeredRRset,
  { classes }: Classes,
): number {
  const tried = new Set(classes.flatMap(({ pools, last }) => listTried(zone, pools, type, last)));
  const pools = new Set([...tried].flatMap((index) => listNested(zone, zone.pools[index]!)));
  const counts = [...pools]
    .filter(({ policy }) => policy === "sticky")
    .map((pool) => {
      const values = listNested(zone, pool).flatMap((each) => each.values);
      return values.filter((value) => value.type === type).length;
    });
  return Math.max(1, ...counts);
}
