/**
 * IP addresses and prefixes from text and back. Strict: what one reader takes for octal, or for an interface of this
 * host, is refused here, so that a zone file means the same everywhere.
 */
import type { Address, Prefix } from "./address.ts";

/** The address that `text` spells (dotted quad, or RFC 4291 §2.2 in all its forms), or undefined. */
export function parseAddress(text: string): Address | undefined {
  const read = readAddress(text);
  return typeof read === "string" ? undefined : read;
}

/** The prefix that `text` spells (`192.0.2.0/24`, `2001:db8::/32`), or undefined; host bits must be zero. */
export function parsePrefix(text: string): Prefix | undefined {
  const read = readPrefix(text);
  return typeof read === "string" ? undefined : read;
}

/** Why `parseAddress(text)` is undefined, as a sentence without a full stop that starts with the text. */
export function explainBadAddress(text: string): string {
  const read = readAddress(text);
  return typeof read === "string" ? `${quote(text)} is not an IP address: ${read}` : "";
}

/** Why `parsePrefix(text)` is undefined, as a sentence without a full stop that starts with the text. */
export function explainBadPrefix(text: string): string {
  const read = readPrefix(text);
  return typeof read === "string" ? `${quote(text)} ${read}` : "";
}

/** Presentation form: a dotted quad, or RFC 5952. */
export function formatAddress(address: Address): string {
  const { family, octets } = address;
  if (family === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!);
  // RFC 5952 §5: the embedded address is legible only if the prefix says that there is one.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${octets.subarray(12).join(".")}`;
  }
  const [from, length] = findLongestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  // A single zero group is written out (RFC 5952 §4.2.2).
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, from).join(":")}::${hex.slice(from + length).join(":")}`;
}

/** `address/length`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

/** An address, or the reason why there is none. */
function readAddress(text: string): Address | string {
  if (text === "") return "it is empty";
  if (text.trim() !== text) return "it has spaces around it";
  if (text.includes("/")) return "it has a prefix length, and one address is expected";
  if (text.includes("%")) return "a zone id (%) means something on one host only";
  if (text.startsWith("[")) return "brackets belong to an address with a port";
  // The longest IPv6 address has 45 characters.
  if (text.length > 64) return "it is too long for one";
  const octets = text.includes(":") ? readIPv6(text) : readIPv4(text);
  if (typeof octets === "string") return octets;
  return { family: octets.length === 4 ? 4 : 6, octets: Uint8Array.from(octets) };
}

function readIPv4(text: string): number[] | string {
  const parts = text.split(".");
  for (const part of parts) {
    if (part === "") return "there is an empty part between its dots";
    if (!/^[0-9]+$/.test(part)) {
      return parts.length === 4
        ? `${quote(part)} is not a decimal number`
        : "write one like 192.0.2.1 or 2001:db8::1";
    }
    if (part.length > 1 && part.startsWith("0")) return `${part} has a leading zero`;
    if (Number(part) > 255) return `${part} is above 255`;
  }
  if (parts.length !== 4) return `it has ${count(parts.length, "part")}, IPv4 has 4`;
  return parts.map(Number);
}

function readIPv6(text: string): number[] | string {
  const halves = text.split("::");
  if (halves.length > 2 || text.includes(":::")) return "it has more than one ::";
  const [head = "", tail] = halves;
  const before = readGroups(head, tail === undefined);
  if (typeof before === "string") return before;
  if (tail === undefined) {
    return before.length === 16 ? before : `it has ${describeGroups(before)}, IPv6 has 8`;
  }
  const after = readGroups(tail, true);
  if (typeof after === "string") return after;
  const missing = 16 - before.length - after.length;
  // RFC 4291 §2.2: "::" stands for one or more groups.
  if (missing < 2)
    return `it has ${describeGroups([...before, ...after])} beside ::, at most 7 fit`;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** Octets of the groups on one side of `::`; only the last group of an address may be a dotted quad. */
function readGroups(text: string, isEnd: boolean): number[] | string {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (group === "") return "it begins or ends with a single colon";
    if (group.includes(".")) {
      if (!isEnd || i !== groups.length - 1) return `${quote(group)} may only stand at the end`;
      const quad = readIPv4(group);
      if (typeof quad === "string") return quad;
      octets.push(...quad);
      continue;
    }
    if (!/^[0-9a-f]+$/i.test(group)) return `${quote(group)} is not a hexadecimal number`;
    if (group.length > 4) return `${quote(group)} has more than 4 digits`;
    const value = Number.parseInt(group, 16);
    octets.push(value >> 8, value & 0xff);
  }
  return octets;
}

/** A prefix, or the rest of a sentence that begins with the text. */
function readPrefix(text: string): Prefix | string {
  const slash = text.indexOf("/");
  if (slash < 0) {
    const address = readAddress(text);
    if (typeof address === "string") return `is not a prefix: ${address}`;
    return `has no prefix length: write ${text}/${address.octets.length * 8} for this one address`;
  }
  const address = readAddress(text.slice(0, slash));
  if (typeof address === "string") return `is not a prefix: ${address}`;
  const suffix = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]*)$/.test(suffix)) {
    return `is not a prefix: the length ${quote(suffix)} is not a decimal number`;
  }
  const bits = address.octets.length * 8;
  const length = Number(suffix);
  if (length > bits) return `is not a prefix: the length ${quote(suffix)} is above ${bits}`;
  const network = { address: clearHostBits(address, length), length };
  if (network.address.octets.some((octet, i) => octet !== address.octets[i])) {
    return `has host bits set: write ${formatPrefix(network)}`;
  }
  return network;
}

function clearHostBits(address: Address, length: number): Address {
  const octets = address.octets.map((octet, i) => {
    const kept = Math.min(8, Math.max(0, length - 8 * i));
    return octet & (0xff00 >> kept);
  });
  return { family: address.family, octets };
}

/** The first of the longest runs of zero groups (RFC 5952 §4.2.3). */
function findLongestZeroRun(groups: readonly number[]): [from: number, length: number] {
  let best: [number, number] = [0, 0];
  let run = 0;
  for (const [i, group] of groups.entries()) {
    run = group === 0 ? run + 1 : 0;
    if (run > best[1]) best = [i - run + 1, run];
  }
  return best;
}

function describeGroups(octets: readonly number[]): string {
  return count(octets.length / 2, "group");
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** Text of a file as it may stand in a message: of bounded length and without control characters. */
function quote(text: string): string {
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  const clean = JSON.stringify(shown).slice(1, -1);
  return clean === "" ? '""' : clean;
}
