import { formatAddress } from "../address/parse.ts";
import type { Located } from "../config/decode.ts";
import type { CheckReferences } from "../config/zone-settings.ts";
import { formatType, TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import type { BuildContext } from "./build-context.ts";
import type { RecordDraft } from "./build-records.ts";
import { buildRules } from "./build-rules.ts";
import { belongsTo, listValues, readValues } from "./build-static.ts";
import { buildTargets } from "./build-values.ts";
import type { CheckTable } from "./check-table.ts";
import { DEFAULT_STEERED_TTL, DEFAULT_TTL_MIN } from "./default-ttls.ts";
import type { SteeredDraft } from "./draft.ts";
import type { AllDown, PoolValue, Rule, SteeredRRset } from "./model.ts";
import { mapOctodnsCheck } from "./octodns-check.ts";
import type { PoolTable } from "./pool-table.ts";

/** The RRsets of a record with `dynamic`, or with a health check for its own values: one per type. */
export function buildSteered(
  record: RecordDraft,
  context: BuildContext,
  pools: PoolTable,
  checks: CheckTable,
): SteeredDraft[] {
  const { settings, types, place } = record;
  const { issues } = context;
  const other = types.find((type) => type !== TYPE_A && type !== TYPE_AAAA);
  if (other !== undefined) {
    const key = settings.dynamic === undefined ? "healthcheck" : "dynamic";
    const where = settings.dynamic ?? settings.healthcheck ?? settings.type;
    issues.error(
      { start: where.place.start, end: where.place.start + 1 },
      `${key} for ${formatType(other)} records is not supported yet: A and AAAA are`,
    );
    return [];
  }
  const inherited =
    settings.healthcheck?.value ?? mapOctodnsCheck(settings.octodns?.value, record.owner);
  const ttls = readTtls(record, context);
  const parts =
    settings.dynamic === undefined
      ? buildImplied(record, inherited ?? [], context, pools, checks)
      : buildDynamic(record, inherited, context, pools);
  return parts.map((part) => ({
    rrset: { owner: record.owner, label: record.label, ...ttls, ...part },
    place,
    ttlPlace: settings.ttl?.place ?? settings.type.place,
  }));
}

type Part = Pick<SteeredRRset, "type" | "answers" | "policy" | "rules" | "allDown">;

function buildDynamic(
  record: RecordDraft,
  inherited: CheckReferences | undefined,
  context: BuildContext,
  pools: PoolTable,
): Part[] {
  const { settings, label, types } = record;
  const dynamic = settings.dynamic?.value;
  if (dynamic === undefined) return [];
  const scope =
    dynamic.pools === undefined
      ? pools.zoneScope
      : pools.openScope(dynamic.pools.value, label, pools.zoneScope);
  const rules = buildRules(dynamic.rules.value, scope, inherited, pools, context.issues);
  const hasValues = settings.values !== undefined || settings.value !== undefined;
  if (settings.all_down !== undefined && hasValues) {
    context.issues.error(
      settings.all_down.place,
      "all_down and values say both what is answered when everything is down: leave one out",
    );
  }
  const values = hasValues ? listValues(record, context) : undefined;
  return types.map((type) => {
    const own = values?.filter((value) => types.length === 1 || belongsTo(value, type)) ?? [];
    const rdata = readValues(record, type, own, context);
    return {
      type,
      answers: settings.answers?.value,
      rules,
      policy: "failover",
      allDown: decideAllDown(rdata.map(({ octets }) => octets)),
    };
  });
}

/** A record's own values are its last resort. */
function decideAllDown(rdata: readonly Uint8Array[]): AllDown {
  return rdata.length === 0 ? { kind: "open" } : { kind: "values", rdata, ttl: undefined };
}

/** A plain record whose values are checked: a pool of its own, and one rule for everybody. */
function buildImplied(
  record: RecordDraft,
  checks: CheckReferences,
  context: BuildContext,
  pools: PoolTable,
  table: CheckTable,
): Part[] {
  const { settings, types, label } = record;
  const trees = listValues(record, context) ?? [];
  const built = table.resolve(checks, label);
  const values: PoolValue[] = [];
  const counts = new Map<number, number>();
  for (const type of types) {
    const own = trees.filter((tree) => types.length === 1 || belongsTo(tree, type));
    const rdata = readValues(record, type, own, context);
    counts.set(type, rdata.length);
    if (rdata.length === 0 && trees.length > 0 && types.length > 1) {
      context.issues.error(
        settings.type.place,
        `no value is for ${formatType(type)}: leave the type out, or add an address`,
      );
    }
    for (const { octets, place } of rdata) {
      const address = { family: type === TYPE_A ? 4 : 6, octets } as const;
      const text = formatAddress(address);
      const written: Located<string> = { value: text, place };
      const targets = buildTargets(
        address,
        { value: written, probe: undefined },
        built,
        context.issues,
      );
      values.push({
        text,
        type,
        rdata: octets,
        weight: 1,
        datacenter: undefined,
        status: "obey",
        targets,
      });
    }
  }
  const pool = pools.add({
    name: label,
    policy: "rotate",
    values,
    fallback: undefined,
    answers: undefined,
    minHealthy: { count: 1 },
    nested: [],
    allDown: undefined,
    failback: { delayMs: 0, manual: false },
    slowStartMs: 0,
    stickyPrefix: { v4: 24, v6: 56 },
  });
  const rules: Rule[] = [{ geos: [], subnets: [], asns: [], pools: [pool] }];
  return types.map((type) => ({
    type,
    // Plain round robin gives everything it has.
    answers: settings.answers?.value ?? Math.max(1, counts.get(type) ?? 1),
    policy: "failover",
    rules,
    allDown: { kind: "open" },
  }));
}

function readTtls(record: RecordDraft, context: BuildContext): { ttl: number; ttlMin: number } {
  const { ttl: written, ttl_min: least } = record.settings;
  const { issues } = context;
  const inherited = Math.min(context.defaultTtl ?? DEFAULT_STEERED_TTL, DEFAULT_STEERED_TTL);
  const ttl = written?.value ?? Math.max(1, inherited);
  if (written?.value === 0) {
    issues.error(
      written.place,
      "ttl 0 would send every client here for every connection: at least 1 for a steered record",
    );
  }
  if (least !== undefined && (least.value === 0 || least.value > ttl)) {
    issues.error(
      least.place,
      `ttl_min must be from 1 to the record's ttl of ${ttl}: found ${least.value}`,
    );
  }
  return { ttl, ttlMin: least?.value ?? Math.min(DEFAULT_TTL_MIN, ttl) };
}
