/**
 * A few zones that refer to each other: parents with children, and one beside them. Whatever is refused by any of the
 * servers, and may be, is avoided here; see docs/differential.md.
 */
import type { Random } from "../support/random.ts";
import {
  isBelow,
  labelsOf,
  prepend,
  randomBelow,
  randomLong,
  randomPlainLabel,
} from "./random-names.ts";
import { ORDINARY_TYPES, randomRdata } from "./random-rdata.ts";

export interface ZoneRecord {
  /** Absolute. */
  readonly owner: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: string;
}

export interface RandomZone {
  readonly apex: string;
  /** The SOA first. */
  readonly records: readonly ZoneRecord[];
}

const TTLS = [0, 1, 60, 300, 300, 3600, 3600, 86_400, 2_147_483_647];

/** @param number makes the names differ from those of other worlds on the same servers */
export function createWorld(random: Random, number: number): RandomZone[] {
  const parent = `w${number}.test.`;
  const apexes = [parent, `other${number}.test.`];
  if (random.below(4) > 0) apexes.push(prepend(randomPlainLabel(random), parent));
  if (random.below(2) > 0) apexes.push(prepend("child", prepend(randomPlainLabel(random), parent)));
  if (random.below(3) === 0) apexes.push(prepend(randomPlainLabel(random), apexes[2] ?? parent));
  const unique = [...new Set(apexes.map((apex) => apex.toLowerCase()))];
  const owners = new Map(unique.map((apex) => [apex, createOwners(random, apex)]));
  const all = [...owners.values()].flat();
  return unique.map((apex) => {
    const children = unique.filter((other) => other !== apex && isBelow(other, apex));
    return { apex, records: createRecords(random, apex, owners.get(apex)!, children, all) };
  });
}

function createOwners(random: Random, apex: string): string[] {
  const owners = [apex];
  for (let count = 8 + random.below(25); count > 0; count--) {
    const base = random.below(3) === 0 ? apex : random.pick(owners);
    owners.push(random.below(40) === 0 ? randomLong(random, base) : randomBelow(random, base));
  }
  return [...new Set(owners.map((owner) => owner.toLowerCase()))];
}

function createRecords(
  random: Random,
  apex: string,
  owners: readonly string[],
  children: readonly string[],
  all: readonly string[],
): ZoneRecord[] {
  const records: ZoneRecord[] = [];
  const target = (): string => randomTarget(random, all);
  const add = (owner: string, type: string, list: readonly string[]): void => {
    const ttl = random.pick(TTLS);
    for (const rdata of new Set(list)) records.push({ owner, type, ttl, rdata });
  };
  const numbers = `${1 + random.below(9999)} 7200 1800 1209600 ${random.pick(TTLS.slice(0, -1))}`;
  add(apex, "SOA", [`${prepend("ns1", apex)} ${prepend("hostmaster", apex)} ${numbers}`]);
  add(apex, "NS", [
    prepend("ns1", apex),
    ...some(random, 2, () => prepend("ns2", random.pick([apex, "example."]))),
  ]);
  add(prepend("ns1", apex), "A", ["192.0.2.53"]);
  add(prepend("ns2", apex), "AAAA", ["2001:db8::53"]);

  const delegations = children.filter(() => random.below(5) > 0);
  const dnames: string[] = [];
  const isRedirected = (owner: string): boolean =>
    dnames.some((dname) => owner !== dname && isBelow(owner, dname));
  for (const owner of owners) {
    if (records.some((record) => record.owner === owner) && owner !== apex) continue;
    if (delegations.includes(owner) || isRedirected(owner)) continue;
    // NSD takes the records of a child for data below the parent's DNAME.
    const isParent = children.some((child) => isBelow(child, owner));
    const isFree =
      !isParent &&
      !records.some((record) => record.owner !== owner && isBelow(record.owner, owner));
    const kind = random.below(20);
    if (kind < 3 && owner !== apex) {
      add(owner, "CNAME", [target()]);
    } else if (kind < 5 && isFree && owner !== apex) {
      dnames.push(owner);
      add(owner, "DNAME", [differentTree(owner, target)]);
      if (random.below(2) === 0) addOrdinary(random, owner, target, add);
    } else if (kind < 7 && owner !== apex && !owner.startsWith("*.")) {
      delegations.push(owner);
    } else {
      for (let types = 1 + random.below(3); types > 0; types--) {
        addOrdinary(random, owner, target, add);
      }
    }
  }
  for (const owner of delegations) {
    if (!isRedirected(owner)) addDelegation(random, owner, apex, target, add);
  }
  if (random.below(12) === 0 && children.length === 0) return redirectApex(apex, records, target);
  return mergeSets(records);
}

type Add = (owner: string, type: string, rdata: readonly string[]) => void;

function addOrdinary(random: Random, owner: string, target: () => string, add: Add): void {
  const type = random.pick(ORDINARY_TYPES);
  const count = random.below(15) === 0 ? 20 + random.below(40) : 1 + random.below(4);
  add(
    owner,
    type,
    Array.from({ length: count }, () => randomRdata(random, type, target)),
  );
}

function addDelegation(
  random: Random,
  owner: string,
  apex: string,
  target: () => string,
  add: Add,
): void {
  const ordinary = some(random, 4, () =>
    random.pick([
      prepend("ns", owner),
      prepend("ns1", apex),
      prepend("b", owner),
      "ns.example.",
      target(),
    ]),
  );
  // Now and then more than fits.
  const many = random.below(12) === 0 ? 6 + random.below(14) : 0;
  const hosts = [
    prepend("ns1", owner),
    ...ordinary,
    ...Array.from({ length: many }, (_, i) => prepend(`server-${i}`, owner)),
  ];
  add(owner, "NS", hosts);
  for (const host of new Set(hosts)) {
    if (!isBelow(host, owner) || host === owner || random.below(4) === 0) continue;
    add(host, random.pick(["A", "AAAA"]), [""]);
    if (random.below(4) === 0) add(host, "A", [""]);
  }
  if (random.below(2) === 0) add(owner, "DS", [randomRdata(random, "DS", target)]);
  // What nobody can see.
  if (random.below(3) > 0) return;
  const hidden = random.pick(["hidden", "*", "www"]);
  if (random.below(2) === 0) add(prepend(hidden, owner), "TXT", ['"occluded"']);
  else add(prepend(hidden, owner), "CNAME", [target()]);
  if (random.below(3) === 0) add(owner, "TXT", ['"at the cut"']);
  if (random.below(3) === 0) add(prepend("deeper", owner), "NS", ["ns.example."]);
}

/** Everything below the apex would be hidden. */
function redirectApex(
  apex: string,
  records: readonly ZoneRecord[],
  target: () => string,
): ZoneRecord[] {
  const kept = records.filter(({ owner, type }) => owner === apex && type !== "NS");
  return mergeSets([
    ...kept,
    { owner: apex, type: "NS", ttl: 3600, rdata: "ns1.example." },
    { owner: apex, type: "DNAME", ttl: 300, rdata: differentTree(apex, target) },
  ]);
}

/** A target that is neither the owner nor below it. */
function differentTree(owner: string, target: () => string): string {
  for (let attempt = 0; attempt < 10; attempt++) {
    const candidate = target();
    if (!isBelow(candidate, owner)) return candidate;
  }
  return "elsewhere.example.";
}

function randomTarget(random: Random, all: readonly string[]): string {
  const kind = random.below(10);
  if (kind < 6) return random.pick(all);
  if (kind < 8) return randomBelow(random, random.pick(all));
  return randomBelow(random, "example.");
}

function some(random: Random, limit: number, create: () => string): string[] {
  return Array.from({ length: random.below(limit) }, create);
}

/** One TTL for an RRset, no record twice, a CNAME alone; addresses that were left open are filled in. */
function mergeSets(records: readonly ZoneRecord[]): ZoneRecord[] {
  const seen = new Set<string>();
  const ttls = new Map<string, number>();
  const aliases = new Set(records.filter(({ type }) => type === "CNAME").map(({ owner }) => owner));
  return records.flatMap((record, i) => {
    const { owner, type } = record;
    if (aliases.has(owner) && type !== "CNAME") return [];
    const fill = type === "A" ? `198.51.100.${i % 256}` : `2001:db8:1::${i}`;
    const rdata = record.rdata === "" ? fill : record.rdata;
    const set = `${owner} ${type}`;
    const ttl = ttls.get(set) ?? record.ttl;
    ttls.set(set, ttl);
    if (seen.has(`${set} ${rdata.toLowerCase()}`)) return [];
    seen.add(`${set} ${rdata.toLowerCase()}`);
    if ((type === "CNAME" || type === "DNAME") && seen.has(set)) return [];
    seen.add(set);
    return [{ owner, type, ttl, rdata }];
  });
}

/** Relative to the apex, as zone files in YAML have it. */
export function relativeOwner(owner: string, apex: string): string {
  const labels = labelsOf(owner);
  return labels.slice(0, labels.length - labelsOf(apex).length).join(".");
}
