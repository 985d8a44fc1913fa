import type { Located } from "../config/decode.ts";
import type { SoaSettings } from "../config/zone-settings.ts";
import { readAbsoluteName, readMailbox } from "../rdata/read-name.ts";
import { readSoa } from "../rdata/soa.ts";
import { toOctets } from "../rdata/to-octets.ts";
import { equalNames, formatName, parseName } from "../wire/name.ts";
import { TYPE_NS, TYPE_SOA } from "../wire/rr-types.ts";
import { isNewerSerial } from "../wire/serial.ts";
import type { BuildContext } from "./build-context.ts";
import { DEFAULT_INFRASTRUCTURE_TTL } from "./default-ttls.ts";
import type { StaticDraft } from "./draft.ts";
import type { Name } from "./model.ts";
import { showName } from "./names.ts";

export interface BuiltSoa {
  readonly rrset: StaticDraft;
  readonly serial: number;
  /** Seconds. */
  readonly minimum: number;
}

/** When the files of a zone changed last, and what it was served with until now. */
export interface SerialBounds {
  /** Seconds since 1970. */
  readonly changedAt: number;
  readonly previousSerial?: number | undefined;
}

/** The SOA of a master file. */
export interface ImportedSoa {
  readonly rrset: StaticDraft;
  /** Whether its serial is used as it is written, whatever changes. */
  readonly keepsSerial: boolean;
}

/**
 * The SOA of a zone: from the key `soa`, from a record at the apex, or from defaults alone. Where a master file has one,
 * each part that the key does not name is taken from there.
 */
export function buildSoa(
  settings: Located<SoaSettings> | undefined,
  statics: readonly StaticDraft[],
  bounds: SerialBounds,
  context: BuildContext,
  imported?: ImportedSoa,
): BuiltSoa {
  const { apex, issues } = context;
  for (const { owner, type, place } of statics) {
    if (type !== TYPE_SOA || equalNames(owner, apex)) continue;
    issues.error(place, `a SOA at ${showName(owner)}: it belongs to the apex, ${showName(apex)}`);
  }
  const record = statics.find(({ owner, type }) => type === TYPE_SOA && equalNames(owner, apex));
  if (record !== undefined) return readSoaRecord(record, settings, context);

  const soa = settings?.value;
  const place = settings?.place ?? imported?.rrset.place ?? { start: 0, end: 1 };
  const parts = imported && readSoa(imported.rrset.rdata[0]!.octets);
  const serial = chooseSerial(soa?.serial, parts?.serial, imported, bounds, context);
  const minimum = soa?.minimum?.value ?? parts?.minimum ?? 60;
  const octets = [
    ...(readMname(soa?.mname, context) ?? parts?.mname ?? defaultMname(statics, context)),
    ...(readRname(soa?.rname, context) ?? parts?.rname ?? defaultRname(context)),
    ...toOctets(serial, 4),
    ...toOctets(soa?.refresh?.value ?? parts?.refresh ?? 7200, 4),
    ...toOctets(soa?.retry?.value ?? parts?.retry ?? 1800, 4),
    ...toOctets(soa?.expire?.value ?? parts?.expire ?? 1_209_600, 4),
    ...toOctets(minimum, 4),
  ];
  const rrset: StaticDraft = {
    owner: apex,
    type: TYPE_SOA,
    ttl: soa?.ttl?.value ?? imported?.rrset.ttl ?? DEFAULT_INFRASTRUCTURE_TTL,
    rdata: [{ octets: Uint8Array.from(octets), place }],
    answers: undefined,
    place,
    ttlPlace: soa?.ttl?.place ?? place,
  };
  return { rrset, serial, minimum };
}

function readSoaRecord(
  record: StaticDraft,
  settings: Located<SoaSettings> | undefined,
  { issues }: BuildContext,
): BuiltSoa {
  if (settings !== undefined) {
    const line = issues.lineOf(record.place.start);
    issues.error(settings.place, `the SOA is written twice: here and as a record, in line ${line}`);
  }
  const { serial, minimum } = readSoa(record.rdata[0]?.octets ?? new Uint8Array(22));
  return { rrset: record, serial, minimum };
}

/**
 * An automatic serial is the time of the last change, and never below one that was served. Beside a master file it is not
 * below that file's either, which an operator may have raised on purpose.
 */
function chooseSerial(
  written: Located<"auto" | number> | undefined,
  ofFile: number | undefined,
  imported: ImportedSoa | undefined,
  { changedAt, previousSerial }: SerialBounds,
  { issues }: BuildContext,
): number {
  const place = written?.place ?? imported?.rrset.place ?? { start: 0, end: 1 };
  const serial = imported?.keepsSerial ? ofFile : written?.value;
  if (serial === undefined || serial === "auto") {
    return Math.max(Math.floor(changedAt), previousSerial ?? 0, ofFile ?? 0) % 2 ** 32;
  }
  if (previousSerial !== undefined && isNewerSerial(previousSerial, serial)) {
    issues.warn(
      place,
      `serial ${serial} is before ${previousSerial}, which is being served: secondaries will not follow`,
    );
  }
  return serial;
}

function readMname(
  written: Located<string> | undefined,
  { apex, issues }: BuildContext,
): Name | undefined {
  return written && (readAbsoluteName(written.value, "mname", written.place, apex, issues) ?? apex);
}

function defaultMname(statics: readonly StaticDraft[], { apex }: BuildContext): Name {
  const ns = statics.find(({ owner, type }) => type === TYPE_NS && equalNames(owner, apex));
  return ns?.rdata[0]?.octets ?? apex;
}

function readRname(
  written: Located<string> | undefined,
  { apex, issues }: BuildContext,
): Name | undefined {
  return written && (readMailbox(written.value, "rname", written.place, apex, issues) ?? apex);
}

function defaultRname({ apex }: BuildContext): Name {
  const parsed = parseName(`hostmaster.${formatName(apex).replace(/^\.$/, "")}`);
  // An apex of 255 octets has no room for a label more.
  return parsed.ok ? parsed.name : apex;
}
