import { parseAddress } from "../address/parse.ts";
import { suggest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import { parseBase64 } from "./binary-codecs.ts";
import { concat } from "./concat.ts";
import {
  KEY_ALPN,
  KEY_ECH,
  KEY_INVALID,
  KEY_IPV4HINT,
  KEY_IPV6HINT,
  KEY_MANDATORY,
  KEY_PORT,
  KEY_TLS_GROUPS,
  SVC_KEYS,
  type SvcParam,
} from "./svc-params.ts";
import { toOctets } from "./to-octets.ts";

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** The number of a key as written, `keyNNNNN` included; a string says what is wrong with it (RFC 9460 §2.1). */
export function parseSvcKey(written: string): number | string {
  const known = SVC_KEYS.get(written);
  if (known !== undefined) return known;
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(written)?.[1];
  if (digits === undefined) {
    const names = [...SVC_KEYS.keys()];
    const hint = suggest(written, names) || `; allowed: ${names.join(", ")}, keyNNNNN`;
    return `${quote(written)} is no parameter${hint}`;
  }
  const key = Number(digits);
  if (key >= KEY_INVALID) return `${quote(written)} is no parameter: keys end at key65534`;
  return key;
}

/** Whether a key is written by its number: then its value is octets as they are, whatever the key (RFC 9460 §2.1). */
export function isNumberedKey(written: string): boolean {
  return /^key\d/.test(written);
}

/** Whether the value of a key is a list, whose parts commas separate in presentation format. */
export function isSvcList(key: number): boolean {
  return [KEY_MANDATORY, KEY_ALPN, KEY_IPV4HINT, KEY_IPV6HINT, KEY_TLS_GROUPS].includes(key);
}

/** Splits the value of a list at its commas; a backslash keeps the next octet from that (RFC 9460 appendix A.1). */
export function splitSvcList(value: Uint8Array): Uint8Array[] {
  const parts: number[][] = [[]];
  for (let at = 0; at < value.length; at++) {
    const octet = value[at] ?? 0;
    if (octet === COMMA) parts.push([]);
    else if (octet === BACKSLASH && at + 1 < value.length) parts.at(-1)?.push(value[++at] ?? 0);
    else parts.at(-1)?.push(octet);
  }
  return parts.map((part) => Uint8Array.from(part));
}

/**
 * A parameter in wire form; a string says what is wrong.
 *
 * @param parts of its value: those of a list, otherwise one, or none for a key alone
 */
export function writeSvcParam(key: number, parts: readonly Uint8Array[]): SvcParam | string {
  const texts = parts.map((part) => Buffer.from(part).toString("utf8"));
  switch (key) {
    case KEY_MANDATORY:
      return writeMandatory(texts);
    case KEY_ALPN: {
      const bad = parts.find(({ length }) => length === 0 || length > 255);
      if (bad !== undefined) return "a protocol of alpn must have 1 to 255 octets";
      return { key, value: concat(parts.map((part) => Uint8Array.of(part.length, ...part))) };
    }
    case KEY_PORT: {
      const octets = writeNumber(texts[0] ?? "", "port");
      return typeof octets === "string" ? octets : { key, value: octets };
    }
    case KEY_TLS_GROUPS: {
      const groups = texts.map((text) => writeNumber(text, "a group of tls-supported-groups"));
      const bad = groups.find((group) => typeof group === "string");
      if (bad !== undefined) return bad;
      return { key, value: concat(groups.filter((group) => typeof group !== "string")) };
    }
    case KEY_IPV4HINT:
    case KEY_IPV6HINT:
      return writeHints(key, texts);
    case KEY_ECH: {
      const value = parseBase64(texts.join(""));
      return value === undefined ? "ech must be base64" : { key, value };
    }
    default:
      return { key, value: concat(parts) };
  }
}

function writeMandatory(names: readonly string[]): SvcParam | string {
  const keys: number[] = [];
  for (const name of names) {
    const key = parseSvcKey(name);
    if (typeof key === "string") return `in mandatory: ${key}`;
    keys.push(key);
  }
  keys.sort((a, b) => a - b);
  return { key: KEY_MANDATORY, value: concat(keys.map((key) => toOctets(key, 2))) };
}

function writeHints(key: number, texts: readonly string[]): SvcParam | string {
  const family = key === KEY_IPV4HINT ? 4 : 6;
  const hints: Uint8Array[] = [];
  for (const text of texts) {
    const address = parseAddress(text);
    if (address?.family !== family)
      return `ipv${family}hint: ${quote(text)} is no IPv${family} address`;
    hints.push(address.octets);
  }
  return { key, value: concat(hints) };
}

function writeNumber(text: string, what: string): Uint8Array | string {
  if (/^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535) return toOctets(Number(text), 2);
  return `${what} must be a whole number from 0 to 65535: found ${quote(text)}`;
}
