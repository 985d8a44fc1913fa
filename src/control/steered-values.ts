import { formatRdata } from "../rdata/format-rdata.ts";
import { listNested, listTried } from "../steering/pool-content.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";

/** A value that a steered name can answer with, and where it is written. */
export interface ValueOrigin {
  /** Name of the pool; empty for what `all_down` names itself. */
  readonly pool: string;
  /** Presentation form. */
  readonly value: string;
  readonly datacenter: string | undefined;
  readonly rdata: Uint8Array;
}

/** Everything that a steered name can ever answer with: it depends on the zone file alone. */
export function listSteeredValues(zone: Zone, rrset: SteeredRRset): ValueOrigin[] {
  const { type } = rrset;
  const tried = new Set(rrset.rules.flatMap(({ pools }) => listTried(zone, pools, type)));
  const pools = new Set([...tried].flatMap((index) => listNested(zone, zone.pools[index]!)));
  const values = [...pools].flatMap(({ name, values: own }) =>
    own
      .filter((value) => value.type === type)
      .map(({ text, rdata, datacenter }) => ({ pool: name, value: text, datacenter, rdata })),
  );
  const allDowns = [rrset.allDown, ...[...pools].map(({ allDown }) => allDown)];
  const lastResorts = allDowns.flatMap((allDown) =>
    allDown?.kind === "values" ? allDown.rdata : [],
  );
  const last = lastResorts.map((rdata) => ({
    pool: "",
    value: formatRdata(type, rdata),
    datacenter: undefined,
    rdata,
  }));
  return removeTwins([...values, ...last]);
}

function removeTwins(values: readonly ValueOrigin[]): ValueOrigin[] {
  const seen = new Set<string>();
  return values.filter(({ pool, value }) => {
    const key = `${pool} ${value}`;
    return !seen.has(key) && seen.add(key);
  });
}
