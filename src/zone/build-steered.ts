import { startOf } from "../config/decode.ts";
import type { CheckReferences } from "../config/zone-settings.ts";
import { equalNames } from "../wire/name.ts";
import {
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_SRV,
  TYPE_SVCB,
  TYPE_TXT,
} from "../wire/rr-types.ts";
import { allDownOf, buildAllDown } from "./build-all-down.ts";
import type { BuildContext } from "./build-context.ts";
import { buildImplied } from "./build-implied.ts";
import type { RecordDraft } from "./build-records.ts";
import { buildRules } from "./build-rules.ts";
import { belongsTo, listValues, readValues } from "./build-static.ts";
import type { CheckTable } from "./check-table.ts";
import { DEFAULT_STEERED_TTL, DEFAULT_TTL_MIN } from "./default-ttls.ts";
import type { SteeredDraft } from "./draft.ts";
import type { AllDown, SteeredRRset } from "./model.ts";
import type { PoolTable } from "./pool-table.ts";
import { kindOf } from "./read-pool-value.ts";

/** What a delegation or a key signs must be the same for everybody; of the other types, those with a use for it. */
const STEERABLE: readonly number[] = [
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_SRV,
  TYPE_SVCB,
  TYPE_TXT,
];

/**
 * The RRsets of a record with `dynamic`, or with a health check for its own values: one per type.
 *
 * @param checks those of the record itself
 */
export function buildSteered(
  record: RecordDraft,
  checks: CheckReferences | undefined,
  context: BuildContext,
  pools: PoolTable,
  table: CheckTable,
): SteeredDraft[] {
  const { settings, types, place } = record;
  if (!isSteerable(record, context)) return [];
  const ttls = readTtls(record, context);
  const part: SharedPart =
    settings.dynamic === undefined
      ? buildImplied(record, checks ?? [], context, pools, table)
      : buildDynamic(record, checks, context, pools);
  const allDowns = readAllDown(record, ttls.ttl, context);
  if (settings.answers !== undefined && settings.answers.value > 1 && types[0] === TYPE_CNAME) {
    context.issues.error(settings.answers.place, "answers must be 1: a name has one CNAME at most");
  }
  return types.map((type) => ({
    rrset: {
      owner: record.owner,
      label: record.label,
      type,
      ...ttls,
      policy: part.policy,
      rules: part.rules,
      answers: settings.answers?.value ?? part.counts?.get(type),
      allDown: allDowns.get(type) ?? { kind: "open" },
    },
    place,
    ttlPlace: settings.ttl?.place ?? settings.type.place,
    settings,
  }));
}

/** What all types of a record share, and how many values of each there are if an answer is to hold them all. */
export interface SharedPart extends Pick<SteeredRRset, "policy" | "rules"> {
  readonly counts?: ReadonlyMap<number, number>;
}

function isSteerable(
  { settings, types, owner, place }: RecordDraft,
  { apex, issues }: BuildContext,
): boolean {
  const other = types.find((type) => !STEERABLE.includes(type));
  if (other !== undefined) {
    const key = settings.dynamic === undefined ? "healthcheck" : "dynamic";
    issues.error(
      startOf(settings.dynamic ?? settings.healthcheck ?? settings.type),
      `${formatType(other)} records have no ${key}: ${STEERABLE.map(formatType).join(", ")} do`,
    );
    return false;
  }
  if (types[0] === TYPE_CNAME && equalNames(owner, apex)) {
    issues.error(
      place,
      "a CNAME at the apex, which has a SOA and NS records (RFC 1912 §2.4): write ALIAS, or A and AAAA",
    );
    return false;
  }
  return true;
}

function buildDynamic(
  { settings, label, types }: RecordDraft,
  inherited: CheckReferences | undefined,
  { issues }: BuildContext,
  pools: PoolTable,
): SharedPart {
  const dynamic = settings.dynamic?.value;
  if (dynamic === undefined) return { policy: "failover", rules: [] };
  const scope =
    dynamic.pools === undefined
      ? pools.zoneScope
      : pools.openScope(dynamic.pools.value, label, pools.zoneScope);
  const use = { kind: kindOf(types), inherited };
  const rules = buildRules(dynamic.rules.value, scope, use, pools, issues);
  return { policy: dynamic.policy?.value ?? "failover", rules };
}

/** By type. A steered record's own values are its last resort. */
function readAllDown(
  record: RecordDraft,
  ttl: number,
  context: BuildContext,
): ReadonlyMap<number, AllDown> {
  const { settings, types } = record;
  const hasValues =
    settings.dynamic !== undefined &&
    (settings.values !== undefined || settings.value !== undefined);
  if (settings.all_down !== undefined) {
    if (hasValues) {
      context.issues.error(
        settings.all_down.place,
        "all_down and values say both what is answered when everything is down: leave one out",
      );
    }
    const allDown = buildAllDown(settings.all_down, kindOf(types), ttl, context);
    return new Map(types.map((type) => [type, allDownOf(allDown, type, types)]));
  }
  const values = hasValues ? listValues(record, context) : undefined;
  const byType = new Map<number, AllDown>();
  for (const type of types) {
    const own = values?.filter((value) => types.length === 1 || belongsTo(value, type)) ?? [];
    const rdata = readValues(record, type, own, context).map(({ octets }) => octets);
    if (rdata.length > 0) byType.set(type, { kind: "values", rdata, ttl: undefined });
  }
  return byType;
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
