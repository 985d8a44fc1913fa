import { type Entry, type Located, startOf } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import type { CheckReferences, RecordSettings } from "../config/zone-settings.ts";
import { isAbsolute } from "../rdata/read-name.ts";
import { formatName, isSubdomain, lowerName, parseName } from "../wire/name.ts";
import { formatType, TYPE_ALIAS } from "../wire/rr-types.ts";
import { ALIASED_TYPES, buildAlias } from "./build-alias.ts";
import type { BuildContext } from "./build-context.ts";
import { buildStatic } from "./build-static.ts";
import { buildSteered } from "./build-steered.ts";
import type { CheckTable } from "./check-table.ts";
import type { StaticDraft, SteeredDraft } from "./draft.ts";
import type { Name } from "./model.ts";
import { keyOf, showName } from "./names.ts";
import { mapOctodnsCheck } from "./octodns-check.ts";
import type { PoolTable } from "./pool-table.ts";
import { kindOf } from "./read-pool-value.ts";
import { readRecordTypes } from "./record-types.ts";

/** One record of the file with everything that is known about where it stands. */
export interface RecordDraft {
  /** Lower case. */
  readonly owner: Name;
  /** As the file has it; `@` for the apex. */
  readonly label: string;
  /** Where the owner's name is written. */
  readonly place: Place;
  readonly types: readonly number[];
  readonly settings: RecordSettings;
}

type Owners = readonly Entry<readonly Located<RecordSettings>[]>[];

/** All records of a zone; a second one of the same owner and type is an error. */
export function buildRecords(
  owners: Owners,
  context: BuildContext,
  pools: PoolTable,
  table: CheckTable,
): { statics: StaticDraft[]; steered: SteeredDraft[] } {
  const statics: StaticDraft[] = [];
  const steered: SteeredDraft[] = [];
  const seen = new Map<string, Seen>();
  for (const { key, keyPlace, value } of owners) {
    const owner = readOwner(key, keyPlace, context);
    if (owner === undefined) continue;
    const label = key === "" ? "@" : key;
    for (const { value: settings } of value ?? []) {
      if (isIgnored(settings, context)) continue;
      const types = readRecordTypes(settings.type.value, context.issues);
      if (types === undefined) continue;
      const isAlias = types[0] === TYPE_ALIAS;
      const taking = { types: isAlias ? ALIASED_TYPES : types, isAlias };
      if (isTaken(owner, taking, settings, seen, context)) continue;
      const record: RecordDraft = { owner, label, place: keyPlace, types, settings };
      const checks = findChecks(record, context.issues);
      if (isAlias) {
        steered.push(...buildAlias(record, checks, context, pools, table));
      } else if (settings.dynamic !== undefined || (checks !== undefined && checks.length > 0)) {
        steered.push(...buildSteered(record, checks, context, pools, table));
      } else {
        statics.push(...buildStatic(record, context));
      }
    }
  }
  return { statics, steered };
}

/** Whether octoDNS keeps the record out of every zone. */
function isIgnored({ octodns }: RecordSettings, { issues }: BuildContext): boolean {
  const ignored = octodns?.value.ignored;
  if (ignored?.value !== true) return false;
  issues.warn(ignored.place, "the record is not served: octodns.ignored says so");
  return true;
}

/** The checks of a record itself: its own, or octoDNS's; undefined if it has none, which is not the empty list. */
function findChecks(
  { settings, types, owner }: RecordDraft,
  issues: IssueList,
): CheckReferences | undefined {
  if (settings.healthcheck !== undefined) return settings.healthcheck.value;
  const written = settings.octodns?.value.healthcheck;
  if (written === undefined) return undefined;
  if (kindOf(types) === "address" || types[0] === TYPE_ALIAS)
    return mapOctodnsCheck(settings.octodns?.value, owner);
  issues.warn(
    startOf(written),
    `the octoDNS check is left out of account: ${types.map(formatType).join(", ")} values have no address to check; write a healthcheck, and a probe beside each value`,
  );
  return undefined;
}

function readOwner(key: string, place: Place, context: BuildContext): Name | undefined {
  const { apex, issues } = context;
  const parsed = parseName(key, apex);
  if (!parsed.ok) {
    issues.error(place, `the owner is no name: ${parsed.error}`);
    return undefined;
  }
  const owner = lowerName(parsed.name);
  if (!isSubdomain(owner, apex)) {
    issues.error(place, `${quote(key)} is out of the zone: ${showName(apex)} is the apex`);
    return undefined;
  }
  const zone = formatName(apex).slice(0, -1);
  if (zone !== "" && !isAbsolute(key) && `.${key.toLowerCase()}`.endsWith(`.${zone}`)) {
    const relative = key.slice(0, -zone.length - 1) || "@";
    issues.warn(
      place,
      `names are relative to the zone: this is ${showName(owner)}; did you mean ${quote(relative)}?`,
    );
  }
  return owner;
}

/** Where a type of an owner is written, and whether it is an ALIAS that answers it. */
interface Seen {
  readonly place: Place;
  readonly isAlias: boolean;
}

function isTaken(
  owner: Name,
  { types, isAlias }: { readonly types: readonly number[]; readonly isAlias: boolean },
  settings: RecordSettings,
  seen: Map<string, Seen>,
  { issues }: BuildContext,
): boolean {
  let taken = false;
  for (const [i, type] of types.entries()) {
    const key = `${type} ${keyOf(owner)}`;
    const place = settings.type.value[i]?.place ?? settings.type.place;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, { place, isAlias });
      continue;
    }
    // Once is enough for a pair of types.
    if (taken && isAlias) continue;
    taken = true;
    const line = issues.lineOf(first.place.start);
    issues.error(
      place,
      isAlias === first.isAlias
        ? `${showName(owner)} has ${isAlias ? "an ALIAS" : `${formatType(type)} records`} already, in line ${line}: ${isAlias ? "there can be only one" : "write all values there"}`
        : `an ALIAS answers A and AAAA itself: ${showName(owner)} has ${isAlias ? `${formatType(type)} records` : "one"} in line ${line}`,
    );
  }
  return taken;
}
