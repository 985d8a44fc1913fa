/**
 * Which answers would change for whom, if other zones were served: both sides decide for every class of clients with
 * the code that serves.
 */
import { listRRsets } from "../image/list-rrsets.ts";
import type { PreparedMap } from "../loader/class-finder.ts";
import { findMassChanges } from "../loader/mass-change.ts";
import { isUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { steer } from "../steering/steer.ts";
import type { World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType, TYPE_ALIAS, TYPE_SOA } from "../wire/rr-types.ts";
import type { RRset } from "../zone/model.ts";
import { type ClientPair, pairClients } from "./client-pairs.ts";
import { describeAlias, describeDecision, describeRRset } from "./describe-outcome.ts";

/** Zones, and the world they decide in. */
export interface Side {
  readonly zones: readonly PreparedZone[];
  readonly world: World;
}

type Kind = "added" | "removed" | "changed";

export interface ZoneChange {
  readonly zone: string;
  readonly kind: Kind;
  /** Names with data, and records, of a zone that is added or removed. */
  readonly names: number;
  readonly records: number;
  /** Of a zone that stays; sorted. */
  readonly rrsets: readonly RRsetChange[];
  /** What the guard of reloads would have against it (mass-change.ts). */
  readonly massChanges: readonly string[];
  /** Why it is not known what changes in it; undefined: it is. */
  readonly uncompared: string | undefined;
}

export interface RRsetChange {
  readonly name: string;
  readonly type: string;
  readonly kind: Kind;
  /** By what changes for them; never empty. */
  readonly clients: readonly ClientChange[];
}

export interface ClientChange {
  /** Undefined: there is no such RRset. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** One of them; undefined if it is everybody. */
  readonly example: string | undefined;
  /** Of the address space of each family, 0 to 1. */
  readonly share4: number;
  readonly share6: number;
}

/** An RRset with what each class of clients gets. */
interface Source {
  readonly name: string;
  readonly type: number;
  /** By class. */
  readonly outcomes: readonly string[];
  readonly map: PreparedMap | undefined;
}

/** Compares what is served with what would be. */
export function compareZones(before: Side, after: Side): ZoneChange[] {
  const old = new Map(before.zones.map((zone) => [formatName(zone.zone.apex), zone]));
  const next = new Map(after.zones.map((zone) => [formatName(zone.zone.apex), zone]));
  const pairs = new Pairs();
  return [...new Set([...old.keys(), ...next.keys()])].sort().flatMap((zone): ZoneChange[] => {
    const [from, to] = [old.get(zone), next.get(zone)];
    if (from === undefined || to === undefined) {
      const { names, records } = (from ?? to)!.compiled;
      const kind = from === undefined ? "added" : "removed";
      return [{ zone, kind, names, records, rrsets: [], massChanges: [], uncompared: undefined }];
    }
    const { names, records } = to.compiled;
    const uncompared = explainUncompared(from, to);
    if (uncompared !== undefined) {
      return [{ zone, kind: "changed", names, records, rrsets: [], massChanges: [], uncompared }];
    }
    const rrsets = compareRRsets(
      listSources(from, before.world),
      listSources(to, after.world),
      pairs,
    );
    const massChanges = findMassChanges(from, to);
    if (rrsets.length === 0 && massChanges.length === 0) return [];
    return [{ zone, kind: "changed", names, records, rrsets, massChanges, uncompared: undefined }];
  });
}

/** A secondary zone's file says nothing of what is in the zone. */
function explainUncompared(from: PreparedZone, to: PreparedZone): string | undefined {
  if (isUnavailable(from) === isUnavailable(to)) return undefined;
  return isUnavailable(from)
    ? "it was a secondary zone, and what it had then is not at hand"
    : "it becomes a secondary zone, and what its primaries have shows when it is transferred";
}

function compareRRsets(
  before: ReadonlyMap<string, Source>,
  after: ReadonlyMap<string, Source>,
  pairs: Pairs,
): RRsetChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [from, to] = [before.get(key), after.get(key)];
    const { name, type } = (from ?? to)!;
    const clients = compareSources(from, to, pairs);
    if (clients.length === 0) return [];
    const kind = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    return [{ name, type: formatType(type), kind, clients }];
  });
}

function compareSources(
  before: Source | undefined,
  after: Source | undefined,
  pairs: Pairs,
): ClientChange[] {
  const [from, to] = [before?.outcomes ?? [undefined], after?.outcomes ?? [undefined]];
  const isSameMap = before?.map?.key === after?.map?.key;
  if (isSameMap && from.every((outcome, i) => outcome === to[i])) return [];
  const changes = new Map<string, ClientChange>();
  for (const pair of pairs.of(before?.map, after?.map)) {
    const change = { before: from[pair.before], after: to[pair.after] };
    if (change.before === change.after) continue;
    const key = `${change.before}\n${change.after}`;
    changes.set(key, addShares(changes.get(key), { ...change, ...pickClients(pair) }));
  }
  const list = [...changes.values()];
  // One change for all of them is a change for everybody.
  const [only] = list;
  const isEverybody = list.length === 1 && only!.share4 > ALMOST_ALL && only!.share6 > ALMOST_ALL;
  return isEverybody
    ? [{ ...only!, example: undefined }]
    : list.sort((a, b) => b.share4 - a.share4);
}

/** Sums of shares are not exact. */
const ALMOST_ALL = 1 - 1e-9;

function pickClients({
  example,
  share4,
  share6,
}: ClientPair): Pick<ClientChange, "example" | "share4" | "share6"> {
  return { example, share4, share6 };
}

function addShares(known: ClientChange | undefined, more: ClientChange): ClientChange {
  if (known === undefined) return more;
  const { example } = more.share4 > known.share4 ? more : known;
  return {
    ...known,
    example,
    share4: known.share4 + more.share4,
    share6: known.share6 + more.share6,
  };
}

function listSources(prepared: PreparedZone, world: World): Map<string, Source> {
  const { zone, compiled, maps } = prepared;
  const sources = new Map<string, Source>();
  const add = (source: Source): void => {
    sources.set(`${source.name} ${formatType(source.type)}`, source);
  };
  for (const rrset of listRRsets(compiled.segment, zone.apex)) {
    const name = formatName(rrset.owner);
    add({
      name,
      type: rrset.type,
      outcomes: [describeRRset(withoutSerial(rrset))],
      map: undefined,
    });
  }
  const outcomes = compiled.plans.map(({ rrset, classes }) =>
    classes.classes.map((one) => describeDecision(steer(zone, rrset, one, world))),
  );
  for (const { steered } of compiled.rotations) {
    const { rrset, plan } = steered;
    const name = formatName(rrset.owner);
    if (rrset.alias !== undefined) {
      // What its target has is nothing that files say; A and AAAA are two halves of one record.
      add({
        name,
        type: TYPE_ALIAS,
        outcomes: [describeAlias(rrset, rrset.alias)],
        map: undefined,
      });
      continue;
    }
    add({ name, type: rrset.type, outcomes: outcomes[plan]!, map: maps[plan] });
  }
  return sources;
}

const SOA_NUMBERS_OCTETS = 20;

/** The serial changes with everything, and with every look at a file that was only touched. */
function withoutSerial(rrset: RRset): RRset {
  if (rrset.type !== TYPE_SOA) return rrset;
  const rdata = rrset.rdata.map((octets) =>
    Uint8Array.from(octets).fill(
      0,
      octets.length - SOA_NUMBERS_OCTETS,
      octets.length - SOA_NUMBERS_OCTETS + 4,
    ),
  );
  return { ...rrset, rdata };
}

/** The pairs of classes under two maps; many names share theirs. */
class Pairs {
  readonly #known = new Map<string, readonly ClientPair[]>();

  of(before: PreparedMap | undefined, after: PreparedMap | undefined): readonly ClientPair[] {
    const key = JSON.stringify([before?.key, after?.key]);
    let pairs = this.#known.get(key);
    if (pairs === undefined) {
      pairs = pairClients(before, after);
      this.#known.set(key, pairs);
    }
    return pairs;
  }
}
