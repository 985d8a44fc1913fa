/** The same zone in the words of each server. */
import { loadZone } from "../../src/zone/load-zone.ts";
import type { RandomZone, ZoneRecord } from "./random-world.ts";
import { relativeOwner } from "./random-world.ts";

/** An RFC 1035 master file, all names absolute. */
export function writeMaster({ records }: Pick<RandomZone, "records">): string {
  return records
    .map(({ owner, ttl, type, rdata }) => `${owner} ${ttl} IN ${type} ${rdata}\n`)
    .join("");
}

/** A zone file of rondo: YAML, written as JSON with one record on each line. */
export function writeYaml({ apex, records }: RandomZone): string {
  const [soa, ...others] = records;
  const owners = new Map<string, ZoneRecord[]>();
  for (const record of others) {
    const list = owners.get(record.owner);
    if (list === undefined) owners.set(record.owner, [record]);
    else list.push(record);
  }
  const lines = [...owners].map(([owner, list]) => {
    const sets = new Map<string, ZoneRecord[]>();
    for (const record of list) sets.set(record.type, [...(sets.get(record.type) ?? []), record]);
    const items = [...sets].map(([type, [first, ...rest]]) =>
      JSON.stringify({
        type,
        ttl: first!.ttl,
        values: [first!, ...rest].map(({ rdata }) => rdata),
      }),
    );
    return `${JSON.stringify(relativeOwner(owner, apex))}: [\n${items.join(",\n")}]`;
  });
  return `{ "zone": ${JSON.stringify(apex)}, "soa": ${writeSoa(soa!)}, "records": {\n${lines.join(",\n")}\n}}\n`;
}

function writeSoa({ ttl, rdata }: ZoneRecord): string {
  const [mname, rname, serial, refresh, retry, expire, minimum] = rdata.split(" ");
  const numbers = { serial, refresh, retry, expire, minimum };
  const fields = Object.entries(numbers).map(([key, value]) => [key, Number(value)]);
  return JSON.stringify({ mname, rname, ttl, ...Object.fromEntries(fields) });
}

/** The zone without the records that rondo refuses and others do not, such as CNAMEs in a circle. */
export function dropRefused(zone: RandomZone): RandomZone {
  let kept = zone;
  for (let attempt = 0; attempt < 200; attempt++) {
    const text = writeYaml(kept);
    const { issues } = loadZone(text, { file: "zone.yaml", changedAt: 1 });
    const errors = issues.filter(({ severity }) => severity === "error");
    if (errors.length === 0) return kept;
    const lines = text.split("\n");
    const refused = new Set(
      errors.map(({ line = 0 }) => {
        let at = line - 1;
        while (at > 0 && !lines[at]!.endsWith("[")) at--;
        return JSON.parse(lines[at]!.slice(0, lines[at]!.lastIndexOf(":"))) as string;
      }),
    );
    const records = kept.records.filter(
      ({ owner, type }) => type === "SOA" || !refused.has(relativeOwner(owner, zone.apex)),
    );
    if (records.length === kept.records.length) break;
    kept = { ...kept, records };
  }
  throw new Error(`No zone is left of ${zone.apex}`);
}
