import type { Located } from "../config/decode.ts";
import type { SoaSettings } from "../config/zone-settings.ts";
import { readAbsoluteName, readMailbox } from "../rdata/read-name.ts";
import { toOctets } from "../rdata/to-octets.ts";
import { equalNames, formatName, parseName } from "../wire/name.ts";
import { TYPE_NS, TYPE_SOA } from "../wire/rr-types.ts";
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

/** The SOA of a zone: from the key `soa`, from a record at the apex, or from defaults alone. */
export function buildSoa(
  settings: Located<SoaSettings> | undefined,
  statics: readonly StaticDraft[],
  bounds: SerialBounds,
  context: BuildContext,
): BuiltSoa {
  const { apex, issues } = context;
  for (const { owner, type, place } of statics) {
    if (type !== TYPE_SOA || equalNames(owner, apex)) continue;
    issues.error(place, `a SOA at ${showName(owner)}: it belongs to the apex, ${showName(apex)}`);
  }
  const record = statics.find(({ owner, type }) => type === TYPE_SOA && equalNames(owner, apex));
  if (record !== undefined) return readSoaRecord(record, settings, context);

  const soa = settings?.value;
  const place = settings?.place ?? { start: 0, end: 1 };
  const serial = chooseSerial(soa?.serial, bounds, context);
  const minimum = soa?.minimum?.value ?? 60;
  const octets = [
    ...chooseMname(soa?.mname, statics, context),
    ...chooseRname(soa?.rname, context),
    ...toOctets(serial, 4),
    ...toOctets(soa?.refresh?.value ?? 7200, 4),
    ...toOctets(soa?.retry?.value ?? 1800, 4),
    ...toOctets(soa?.expire?.value ?? 1_209_600, 4),
    ...toOctets(minimum, 4),
  ];
  const rrset: StaticDraft = {
    owner: apex,
    type: TYPE_SOA,
    ttl: soa?.ttl?.value ?? DEFAULT_INFRASTRUCTURE_TTL,
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
  // The five numbers end the rdata (RFC 1035 §3.3.13).
  const octets = record.rdata[0]?.octets ?? new Uint8Array(22);
  const numbers = new DataView(octets.buffer, octets.byteOffset + octets.length - 20, 20);
  return { rrset: record, serial: numbers.getUint32(0), minimum: numbers.getUint32(16) };
}

function chooseSerial(
  written: Located<"auto" | number> | undefined,
  { changedAt, previousSerial }: SerialBounds,
  { issues }: BuildContext,
): number {
  if (written === undefined || written.value === "auto") {
    return Math.max(Math.floor(changedAt), previousSerial ?? 0) % 2 ** 32;
  }
  if (previousSerial !== undefined && isBefore(written.value, previousSerial)) {
    issues.warn(
      written.place,
      `serial ${written.value} is before ${previousSerial}, which is being served: secondaries will not follow`,
    );
  }
  return written.value;
}

/** Serial number arithmetic (RFC 1982 §3.2). */
function isBefore(serial: number, other: number): boolean {
  return serial !== other && (other - serial) >>> 0 < 2 ** 31;
}

function chooseMname(
  written: Located<string> | undefined,
  statics: readonly StaticDraft[],
  { apex, issues }: BuildContext,
): Name {
  if (written !== undefined) {
    return readAbsoluteName(written.value, "mname", written.place, apex, issues) ?? apex;
  }
  const ns = statics.find(({ owner, type }) => type === TYPE_NS && equalNames(owner, apex));
  return ns?.rdata[0]?.octets ?? apex;
}

function chooseRname(written: Located<string> | undefined, { apex, issues }: BuildContext): Name {
  if (written !== undefined) {
    return readMailbox(written.value, "rname", written.place, apex, issues) ?? apex;
  }
  const parsed = parseName(`hostmaster.${formatName(apex).replace(/^\.$/, "")}`);
  // An apex of 255 octets has no room for a label more.
  return parsed.ok ? parsed.name : apex;
}
