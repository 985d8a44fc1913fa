import { formatAddress } from "../address/parse.ts";
import { TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import { listAddressTargets } from "../zone/build-targets.ts";
import type { Alias, Name, Pool, PoolValue, Zone } from "../zone/model.ts";

/** What is known of the targets of ALIAS records. */
export interface AliasKnowledge {
  /** What a resolver has said of a name last; undefined: nothing yet. */
  find(
    name: Name,
    type: number,
  ): { readonly rdata: readonly Uint8Array[]; readonly ttl: number } | undefined;
  /** Whether the data plane has no need of it, because the name is in a zone of this server. */
  isInside(name: Name): boolean;
}

const TYPES = [TYPE_A, TYPE_AAAA] as const;

/** The zone with what is known in the pools of its ALIAS records; the same object if it is there already. */
export function fillAliases(zone: Zone, knowledge: AliasKnowledge): Zone {
  const pools = [...zone.pools];
  for (const { alias, type, rules } of zone.steered) {
    if (alias === undefined || type !== TYPE_A) continue;
    const index = rules[0]!.pools[0]!;
    pools[index] = fillPool(zone.pools[index]!, alias, knowledge);
  }
  return pools.every((pool, i) => pool === zone.pools[i]) ? zone : { ...zone, pools };
}

function fillPool(pool: Pool, { target, checks }: Alias, knowledge: AliasKnowledge): Pool {
  const isFollowed = knowledge.isInside(target);
  // What was said of a name before it came here is of no use to anybody.
  const known = TYPES.map((type) => ({
    type,
    said: isFollowed ? undefined : knowledge.find(target, type),
  }));
  const filled: Pool = {
    ...pool,
    values: known.flatMap(({ type, said }) =>
      (said?.rdata ?? []).map((rdata): PoolValue => {
        const address = { family: type === TYPE_A ? 4 : 6, octets: rdata } as const;
        return {
          text: formatAddress(address),
          type,
          rdata,
          weight: 1,
          datacenter: undefined,
          status: "obey",
          targets: listAddressTargets(address, checks),
          ttl: said!.ttl,
        };
      }),
    ),
    unresolved: known.filter(({ said }) => said === undefined).map(({ type }) => type),
    isFollowed,
  };
  return describe(filled) === describe(pool) ? pool : filled;
}

function describe({ values, unresolved, isFollowed = false }: Pool): string {
  const texts = values.map(({ text, ttl }) => `${text} ${ttl}`);
  return [isFollowed, unresolved, ...texts].join("|");
}
