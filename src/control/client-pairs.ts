/**
 * Every kind of client under two location maps at once. Classes are finite, so all clients there are can be looked at:
 * one stands for each pair of classes.
 */
import type { Address } from "../address/address.ts";
import { createKeyOf } from "../address/key.ts";
import { mergeLists } from "../address/merge-lists.ts";
import { formatAddress } from "../address/parse.ts";
import type { RangeList } from "../address/range-list.ts";
import type { PreparedMap } from "../loader/class-finder.ts";
import { LocationMap } from "../steering/location-map.ts";

/** The clients that are of class `before` under one map and of class `after` under the other. */
export interface ClientPair {
  readonly before: number;
  readonly after: number;
  /** Of the address space of each family, 0 to 1. */
  readonly share4: number;
  readonly share6: number;
  /** The address of one of them; undefined if everybody is. */
  readonly example: string | undefined;
}

interface Draft extends ClientPair {
  share4: number;
  share6: number;
  example: string;
  /** Of the range that the example is from. */
  largest: number;
  family: 4 | 6;
}

/**
 * Pairs the classes of two maps; a missing map has one class.
 *
 * A client that asks through a resolver at another place may be of yet another pair: clients of whom only the resolver
 * is known are taken to sit beside it.
 */
export function pairClients(
  before: PreparedMap | undefined,
  after: PreparedMap | undefined,
): ClientPair[] {
  if (before === undefined && after === undefined) {
    return [{ before: 0, after: 0, share4: 1, share6: 1, example: undefined }];
  }
  const maps = [before, after].map((one) => one && new LocationMap(one.map));
  const pairs = new Map<string, Draft>();
  for (const family of [4, 6] as const) {
    const lists = maps.flatMap((map) => map?.listClients()[family === 4 ? 0 : 1] ?? []);
    const merged = mergeLists(lists, ([one, other = 0]) => one! * 0x1_0000 + other);
    for (let i = 0; i < merged.values.length; i++) {
      const address = addressAt(merged, i);
      const key = createKeyOf(address);
      const [a, b] = maps.map((map) => map?.classify(key, key) ?? 0) as [number, number];
      const share = startAt(merged, i + 1) - startAt(merged, i);
      addRange(pairs, a, b, family, share, address);
    }
  }
  return [...pairs.values()].sort((a, b) => a.before - b.before || a.after - b.after);
}

function addRange(
  pairs: Map<string, Draft>,
  before: number,
  after: number,
  family: 4 | 6,
  share: number,
  address: Address,
): void {
  const id = `${before} ${after}`;
  let pair = pairs.get(id);
  if (pair === undefined) {
    pair = { before, after, share4: 0, share6: 0, example: "", largest: 0, family };
    pairs.set(id, pair);
  }
  if (family === 4) pair.share4 += share;
  else pair.share6 += share;
  // An IPv4 example says more to most people.
  if (pair.family !== family || share <= pair.largest) return;
  pair.largest = share;
  pair.example = formatAddress(address);
}

/** Where a range begins, as a share of the address space. */
function startAt({ words, starts, values }: RangeList, i: number): number {
  if (i >= values.length) return 1;
  let share = 0;
  for (let word = words - 1; word >= 0; word--) {
    share = (share + starts[i * words + word]!) / 2 ** 32;
  }
  return share;
}

function addressAt({ words, starts }: RangeList, i: number): Address {
  const octets = new Uint8Array(words * 4);
  const view = new DataView(octets.buffer);
  for (let word = 0; word < words; word++) view.setUint32(word * 4, starts[i * words + word]!);
  return { family: words === 1 ? 4 : 6, octets };
}
