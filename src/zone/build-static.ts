import { parseAddress } from "../address/parse.ts";
import type { Tree } from "../config/tree.ts";
import { quote } from "../config/tree.ts";
import type { RecordSettings } from "../config/zone-settings.ts";
import { readRdata } from "../rdata/read-rdata.ts";
import {
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_NS,
  TYPE_SOA,
  TYPE_SVCB,
} from "../wire/rr-types.ts";
import { extractAutoHints } from "./auto-hints.ts";
import type { BuildContext } from "./build-context.ts";
import type { RecordDraft } from "./build-records.ts";
import { DEFAULT_INFRASTRUCTURE_TTL, DEFAULT_TTL } from "./default-ttls.ts";
import type { RdataDraft, StaticDraft } from "./draft.ts";
import { MAX_RECORDS } from "./limits.ts";
import { keyOf, showName } from "./names.ts";

/** The RRsets of a record that answers everybody alike: one per type. */
export function buildStatic(record: RecordDraft, context: BuildContext): StaticDraft[] {
  const { settings, types, owner, place } = record;
  refuseSteeringKeys(settings, context);
  const values = listValues(record, context);
  if (values === undefined) return [];
  const drafts: StaticDraft[] = [];
  for (const type of types) {
    const own = values.filter((value) => types.length === 1 || belongsTo(value, type));
    const rdata = readValues(record, type, own, context, isService(type));
    if (own.length === 0) {
      const family = type === TYPE_A ? "IPv4" : "IPv6";
      context.issues.error(
        settings.type.value[types.indexOf(type)]?.place ?? settings.type.place,
        `no value is an ${family} address: leave ${formatType(type)} out, or add one`,
      );
    }
    if (rdata.length === 0) continue;
    const ttl = settings.ttl?.value ?? defaultTtl(type, context);
    const ttlPlace = settings.ttl?.place ?? settings.type.place;
    drafts.push({ owner, type, ttl, rdata, answers: settings.answers?.value, place, ttlPlace });
  }
  return drafts;
}

/** The values of a record as written; undefined if there are none, which is then reported. */
export function listValues(
  record: RecordDraft,
  context: BuildContext,
): readonly Tree[] | undefined {
  const { value, values } = record.settings;
  if (value !== undefined && values !== undefined) {
    context.issues.error(value.place, 'a record has "value" or "values", not both');
    return undefined;
  }
  const written = values ?? value;
  if (written === undefined) {
    context.issues.error(
      record.settings.type.place,
      `${showName(record.owner)} has no value: write value, or values with a list`,
    );
    return undefined;
  }
  const tree = written.value;
  const items = tree.kind === "list" ? tree.items : [tree];
  if (items.length === 0) context.issues.error(written.place, "values is an empty list");
  return items.length === 0 ? undefined : items;
}

function isService(type: number): boolean {
  return type === TYPE_SVCB || type === TYPE_HTTPS;
}

/**
 * The rdata of some values, each once.
 *
 * @param mayFollow whether address hints may be `auto`
 */
export function readValues(
  record: RecordDraft,
  type: number,
  values: readonly Tree[],
  context: BuildContext,
  mayFollow = false,
): RdataDraft[] {
  const { issues, apex } = context;
  const found = new Map<string, RdataDraft>();
  for (const value of values) {
    const { tree, auto } = mayFollow ? extractAutoHints(value, issues) : { tree: value, auto: [] };
    const octets = readRdata(type, tree, apex, issues);
    if (octets === undefined) continue;
    const key = `${auto}|${keyOf(octets)}`;
    const first = found.get(key);
    if (first === undefined) {
      const draft = { octets, place: value.place };
      found.set(key, auto.length === 0 ? draft : { ...draft, auto });
      continue;
    }
    const line = issues.lineOf(first.place.start);
    issues.warn(value.place, `the same value stands in line ${line}: it is answered once`);
  }
  const place = (record.settings.values ?? record.settings.value)?.place ?? record.place;
  if (found.size > MAX_RECORDS) {
    issues.error(
      { start: place.start, end: place.start + 1 },
      `${showName(record.owner)} has ${found.size} records of ${formatType(type)}: at most ${MAX_RECORDS} are allowed`,
    );
  }
  if ((type === TYPE_CNAME || type === TYPE_SOA) && found.size > 1) {
    const second = [...found.values()][1]?.place ?? place;
    issues.error(
      second,
      `${quote(record.label)} has ${found.size} ${formatType(type)} records: there can be only one`,
    );
  }
  return [...found.values()];
}

/** Which type of an `[A, AAAA]` record a value is for; what is no address goes to the first, to be reported once. */
export function belongsTo(value: Tree, type: number): boolean {
  const text = value.kind === "scalar" && typeof value.value === "string" ? value.value : "";
  const family = parseAddress(text)?.family ?? 4;
  return type === (family === 4 ? TYPE_A : TYPE_AAAA);
}

function defaultTtl(type: number, context: BuildContext): number {
  if (type === TYPE_NS || type === TYPE_SOA) return DEFAULT_INFRASTRUCTURE_TTL;
  return context.defaultTtl ?? DEFAULT_TTL;
}

function refuseSteeringKeys(settings: RecordSettings, { issues }: BuildContext): void {
  for (const key of ["ttl_min", "all_down"] as const) {
    const written = settings[key];
    if (written === undefined) continue;
    issues.error(
      written.place,
      `${key} means nothing here: the record has neither dynamic nor a healthcheck`,
    );
  }
}
