import { parseAddress } from "../address/parse.ts";
import { startOf } from "../config/decode.ts";
import type { CheckReferences } from "../config/zone-settings.ts";
import { readRdata } from "../rdata/read-rdata.ts";
import { lowerName } from "../wire/name.ts";
import { TYPE_A, TYPE_AAAA, TYPE_CNAME } from "../wire/rr-types.ts";
import type { BuildContext } from "./build-context.ts";
import { createEmptyPool } from "./build-pool.ts";
import type { RecordDraft } from "./build-records.ts";
import { listValues } from "./build-static.ts";
import type { BuiltCheck, CheckTable } from "./check-table.ts";
import { DEFAULT_TTL, DEFAULT_TTL_MIN } from "./default-ttls.ts";
import type { SteeredDraft } from "./draft.ts";
import type { AddressCheck, Name } from "./model.ts";
import { showName } from "./names.ts";
import type { PoolTable } from "./pool-table.ts";

/** The types that an ALIAS record answers. */
export const ALIASED_TYPES: readonly number[] = [TYPE_A, TYPE_AAAA];

/**
 * The RRsets of an ALIAS record. They share a pool that is empty here: what is in it is known while the server runs.
 *
 * @param checks those of the record itself
 */
export function buildAlias(
  record: RecordDraft,
  checks: CheckReferences | undefined,
  context: BuildContext,
  pools: PoolTable,
  table: CheckTable,
): SteeredDraft[] {
  const { settings, owner, label, place } = record;
  refuseKeys(record, context);
  const target = readTarget(record, context);
  if (target === undefined) return [];
  const ttl = readTtl(record, context);
  const addressChecks = (checks === undefined ? [] : table.resolve(checks, label)).flatMap(
    (check) => toAddressCheck(check, checks![0]!, context),
  );
  const unresolved = ALIASED_TYPES;
  const pool = pools.add({ ...createEmptyPool(label), unresolved });
  return ALIASED_TYPES.map((type) => ({
    rrset: {
      owner,
      label,
      type,
      ttl,
      ttlMin: Math.min(DEFAULT_TTL_MIN, ttl),
      policy: "failover",
      rules: [{ geos: [], subnets: [], asns: [], pools: [pool] }],
      answers: settings.answers?.value,
      allDown: { kind: "open" },
      alias: { target, checks: addressChecks },
    },
    place,
    ttlPlace: settings.ttl?.place ?? settings.type.place,
    settings,
  }));
}

function readTarget(record: RecordDraft, context: BuildContext): Name | undefined {
  const values = listValues(record, context);
  if (values === undefined) return undefined;
  const [value, second] = values;
  if (second !== undefined) {
    const name = showName(record.owner);
    context.issues.error(second.place, `${name} has ${values.length} targets: an ALIAS has one`);
    return undefined;
  }
  const written = value?.kind === "scalar" ? String(value.value) : "";
  if (parseAddress(written) !== undefined) {
    context.issues.error(
      value!.place,
      `${written} is an address, and an ALIAS leads to a name: for addresses, write type: [A, AAAA]`,
    );
    return undefined;
  }
  const target = readRdata(TYPE_CNAME, value!, context.apex, context.issues);
  return target && lowerName(target);
}

function readTtl({ settings }: RecordDraft, { defaultTtl, issues }: BuildContext): number {
  if (settings.ttl?.value === 0) {
    issues.error(settings.ttl.place, "ttl 0 would forbid caching: at least 1 for an ALIAS");
  }
  return Math.max(1, settings.ttl?.value ?? defaultTtl ?? DEFAULT_TTL);
}

function refuseKeys({ settings }: RecordDraft, { issues }: BuildContext): void {
  for (const key of ["dynamic", "ttl_min", "all_down"] as const) {
    const written = settings[key];
    if (written === undefined) continue;
    issues.error(
      startOf(written),
      `${key} means nothing here: an ALIAS answers what its target does`,
    );
  }
}

function toAddressCheck(
  { check, port, digest }: BuiltCheck,
  written: CheckReferences[number],
  { issues }: BuildContext,
): AddressCheck[] {
  if (port !== undefined) return [{ check, port, digest }];
  issues.error(written.place, `the check ${check.name} has no port: TCP checks need one`);
  return [];
}
