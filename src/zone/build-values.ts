import type { Address } from "../address/address.ts";
import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import type { Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { explainUnknown } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import type { PoolSettings, ValueSettings } from "../config/zone-settings.ts";
import { formatType, TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import { type BuiltCheck, createTarget } from "./check-table.ts";
import { MAX_RECORDS } from "./limits.ts";
import type { CheckTarget, PoolValue } from "./model.ts";

/** The values of a pool. `checksOf` gives the checks of a value: its own, the pool's, or the record's. */
export function buildValues(
  pool: PoolSettings,
  datacenters: ReadonlySet<string>,
  checksOf: (value: ValueSettings) => readonly BuiltCheck[],
  issues: IssueList,
): PoolValue[] {
  const values: PoolValue[] = [];
  const lines = new Map<string, number>();
  for (const { value: settings, place } of pool.values.value) {
    const address = readAddress(settings.value, issues);
    if (address === undefined) continue;
    const text = formatAddress(address);
    const first = lines.get(text);
    if (first !== undefined) {
      issues.error(
        settings.value.place,
        `${text} is in the pool twice, first in line ${first}: give it a weight instead`,
      );
      continue;
    }
    lines.set(text, issues.lineOf(place.start));
    checkDatacenter(settings.dc, datacenters, issues);
    values.push({
      text,
      type: address.family === 4 ? TYPE_A : TYPE_AAAA,
      rdata: address.octets,
      weight: settings.weight?.value ?? 1,
      datacenter: settings.dc?.value,
      status: settings.status?.value ?? "obey",
      targets: buildTargets(address, settings, checksOf(settings), issues),
    });
  }
  checkCounts(pool, values, issues);
  return values;
}

/** What is probed for an address under some checks. */
export function buildTargets(
  address: Address,
  settings: { readonly value: Located<string>; readonly probe: Located<string> | undefined },
  checks: readonly BuiltCheck[],
  issues: IssueList,
): CheckTarget[] {
  const probe = settings.probe === undefined ? undefined : readProbe(settings.probe, issues);
  const probed = unmap(probe?.address ?? address);
  const place = (settings.probe ?? settings.value).place;
  if (settings.probe !== undefined && checks.length === 0) {
    issues.warn(settings.probe.place, "probe has no effect: the value has no healthcheck");
  }
  const targets: CheckTarget[] = [];
  for (const check of checks) {
    const port = probe?.port ?? check.port;
    const refusal = explainRefusal(probed);
    if (refusal !== undefined) {
      issues.error(place, `${formatAddress(probed)} cannot be checked: ${refusal}`);
    } else if (port === undefined) {
      issues.error(place, `the check ${quote(check.check.name)} has no port: TCP checks need one`);
    } else {
      targets.push(createTarget(check, formatAddress(probed), port));
    }
  }
  return targets;
}

function readAddress(written: Located<string>, issues: IssueList): Address | undefined {
  const address = parseAddress(written.value);
  if (address !== undefined) return address;
  const isName = /[g-z_]/i.test(written.value) && !/[:/\s]/.test(written.value);
  issues.error(
    written.place,
    isName
      ? `${quote(written.value)} is a name: pools of names (steered CNAME) are not supported yet, write an IP address`
      : explainBadAddress(written.value),
  );
  return undefined;
}

interface Probe {
  readonly address: Address;
  readonly port: number | undefined;
}

/** `192.0.2.1`, `192.0.2.1:8080`, `2001:db8::1`, `[2001:db8::1]:8080`. */
function readProbe(written: Located<string>, issues: IssueList): Probe | undefined {
  const match = /^\[([^\]]+)\](?::(\d{1,5}))?$|^([^:[\]]+):(\d{1,5})$/.exec(written.value);
  const host = match?.[1] ?? match?.[3] ?? written.value;
  const digits = match?.[2] ?? match?.[4];
  const address = parseAddress(host);
  const port = digits === undefined ? undefined : Number(digits);
  if (address !== undefined && (port === undefined || (port >= 1 && port <= 65_535))) {
    return { address, port };
  }
  const reason =
    address === undefined ? explainBadAddress(host) : `the port ${digits} is not from 1 to 65535`;
  issues.error(
    written.place,
    `probe must be an address, or address and port like 192.0.2.1:8080 or [2001:db8::1]:8080: ${reason}`,
  );
  return undefined;
}

/** An IPv4-mapped address is the IPv4 one to the operating system. */
function unmap(address: Address): Address {
  const { octets } = address;
  const isMapped =
    octets.length === 16 &&
    octets.subarray(0, 10).every((octet) => octet === 0) &&
    octets[10] === 0xff &&
    octets[11] === 0xff;
  return isMapped ? { family: 4, octets: octets.slice(12) } : address;
}

/** Why an address is never probed; undefined if it may be. */
function explainRefusal({ family, octets }: Address): string | undefined {
  const [first = 0, second = 0] = octets;
  if (family === 4) {
    // 169.254.169.254 hands out a machine's credentials in most clouds.
    if (first === 169 && second === 254) return "link-local and metadata addresses are refused";
    if (first === 0) return "it is no address of a host";
    if (first >= 224) return "it is a multicast or reserved address";
    return undefined;
  }
  if (first === 0xfe && (second & 0xc0) === 0x80) return "link-local addresses are refused";
  if (first === 0xff) return "it is a multicast address";
  if (octets.every((octet) => octet === 0)) return "it is no address of a host";
  // Amazon's metadata service over IPv6.
  if (formatAddress({ family, octets }) === "fd00:ec2::254")
    return "metadata addresses are refused";
  return undefined;
}

function checkDatacenter(
  dc: Located<string> | undefined,
  datacenters: ReadonlySet<string>,
  issues: IssueList,
): void {
  if (dc === undefined || datacenters.has(dc.value)) return;
  issues.error(dc.place, () => explainUnknown("datacenter", dc.value, [...datacenters]));
}

function checkCounts(pool: PoolSettings, values: readonly PoolValue[], issues: IssueList): void {
  const needed = pool.min_healthy;
  for (const type of [TYPE_A, TYPE_AAAA]) {
    const ofType = values.filter((value) => value.type === type);
    if (ofType.length > MAX_RECORDS) {
      issues.error(
        keyOfValues(pool.values.place),
        `the pool has ${ofType.length} values of ${formatType(type)}: at most ${MAX_RECORDS} are allowed`,
      );
    }
    const enabled = ofType.filter((value) => value.status !== "down").length;
    if (needed && "count" in needed.value && enabled > 0 && needed.value.count > enabled) {
      issues.warn(
        needed.place,
        `min_healthy ${needed.value.count} is more than the ${enabled} enabled values of ${formatType(type)}: the pool is never in service for them`,
      );
    }
  }
}

function keyOfValues(place: Place): Place {
  return { start: place.start, end: place.start + 1 };
}
