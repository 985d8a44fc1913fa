import type { Address } from "../address/address.ts";
import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import type { Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import { formatType } from "../wire/rr-types.ts";
import { type BuiltCheck, createTarget } from "./check-table.ts";
import type { AddressCheck, CheckTarget } from "./model.ts";

/** What a check is for, and where it goes. */
export interface Checked {
  readonly type: number;
  /** The value itself; undefined where it is no address. */
  readonly address: Address | undefined;
  readonly place: Place;
  /** What is checked instead of the value, as written. */
  readonly probe: Located<string> | undefined;
}

/** What is probed for a value under some checks. */
export function buildTargets(
  { type, address, place, probe: written }: Checked,
  checks: readonly BuiltCheck[],
  issues: IssueList,
): CheckTarget[] {
  if (written !== undefined && checks.length === 0) {
    issues.warn(written.place, "probe has no effect: the value has no healthcheck");
  }
  const probe = written === undefined ? undefined : readProbe(written, issues);
  if (written !== undefined && probe === undefined) return [];
  const host = probe?.address ?? address;
  const target = (written ?? { place }).place;
  if (host === undefined) {
    if (checks.length > 0) issues.error(target, explainMissingProbe(type));
    return [];
  }
  const probed = unmap(host);
  const targets: CheckTarget[] = [];
  for (const check of checks) {
    const port = probe?.port ?? check.port;
    const refusal = explainRefusal(probed);
    if (refusal !== undefined) {
      issues.error(target, `${formatAddress(probed)} cannot be checked: ${refusal}`);
    } else if (port === undefined) {
      issues.error(target, `the check ${quote(check.check.name)} has no port: TCP checks need one`);
    } else {
      targets.push(createTarget(check, formatAddress(probed), port));
    }
  }
  return targets;
}

/** What is probed for an address that nobody has written; what may not be probed counts as unchecked. */
export function listAddressTargets(
  address: Address,
  checks: readonly AddressCheck[],
): CheckTarget[] {
  const probed = unmap(address);
  if (explainRefusal(probed) !== undefined) return [];
  return checks.map((check) => createTarget(check, formatAddress(probed), check.port));
}

/** Names are not looked up for checks: what they lead to may differ for everybody who asks. */
function explainMissingProbe(type: number): string {
  return `a value of ${formatType(type)} has no address that could be checked: write one beside it, as in { value: …, probe: "192.0.2.1:443" }, or healthcheck: [] for no check`;
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
