/** Parameters of SVCB and HTTPS records: their keys, and what is wrong with them on the wire (RFC 9460). */

import { endOfName } from "./name-codecs.ts";

/** RFC 9460 §14.3.2, RFC 9461 (dohpath), RFC 9540 (ohttp), draft-ietf-tls-key-share-prediction (tls-supported-groups). */
export const SVC_KEYS: ReadonlyMap<string, number> = new Map([
  ["mandatory", 0],
  ["alpn", 1],
  ["no-default-alpn", 2],
  ["port", 3],
  ["ipv4hint", 4],
  ["ech", 5],
  ["ipv6hint", 6],
  ["dohpath", 7],
  ["ohttp", 8],
  ["tls-supported-groups", 9],
]);

export const KEY_MANDATORY = 0;
export const KEY_ALPN = 1;
export const KEY_NO_DEFAULT_ALPN = 2;
export const KEY_PORT = 3;
export const KEY_IPV4HINT = 4;
export const KEY_ECH = 5;
export const KEY_IPV6HINT = 6;
export const KEY_DOHPATH = 7;
export const KEY_OHTTP = 8;
export const KEY_TLS_GROUPS = 9;

/** Reserved as an invalid key (RFC 9460 §14.3.2). */
export const KEY_INVALID = 65_535;

export interface SvcParam {
  readonly key: number;
  readonly value: Uint8Array;
}

/** As written: `alpn`, `key667`. */
export function formatSvcKey(key: number): string {
  for (const [name, number] of SVC_KEYS) if (number === key) return name;
  return `key${key}`;
}

/** The parameters that follow a target name; undefined if the octets do not add up. */
export function splitSvcParams(octets: Uint8Array): SvcParam[] | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const params: SvcParam[] = [];
  let at = 0;
  while (at + 4 <= octets.length) {
    const end = at + 4 + view.getUint16(at + 2);
    if (end > octets.length) return undefined;
    params.push({ key: view.getUint16(at), value: octets.subarray(at + 4, end) });
    at = end;
  }
  return at === octets.length ? params : undefined;
}

/** What is wrong with rdata of SVCB or HTTPS whose parts are well-formed: parameters no client would take. */
export function explainBadService(octets: Uint8Array): string | undefined {
  const at = endOfName(octets, 2) ?? octets.length;
  return explainBadSvcParams(splitSvcParams(octets.subarray(at)) ?? []);
}

/** Why no client would take these parameters, in the order of the wire; undefined if all is well. */
function explainBadSvcParams(params: readonly SvcParam[]): string | undefined {
  const keys = params.map(({ key }) => key);
  for (const [i, { key, value }] of params.entries()) {
    const last = keys[i - 1] ?? -1;
    if (key === last) return `${formatSvcKey(key)} stands there twice`;
    if (key < last) return "the keys must ascend in wire form (RFC 9460 §2.2)";
    const problem = explainBadValue(key, value, keys);
    if (problem !== undefined) return problem;
  }
  if (keys.includes(KEY_NO_DEFAULT_ALPN) && !keys.includes(KEY_ALPN)) {
    return "no-default-alpn needs alpn beside it (RFC 9460 §7.1.1)";
  }
  return undefined;
}

function explainBadValue(
  key: number,
  value: Uint8Array,
  keys: readonly number[],
): string | undefined {
  switch (key) {
    case KEY_MANDATORY:
      return explainBadMandatory(value, keys);
    case KEY_ALPN: {
      let at = 0;
      while (at < value.length && value[at] !== 0) at += 1 + (value[at] ?? 0);
      const isList = value.length > 0 && at === value.length;
      return isList ? undefined : "alpn must be one or more protocols of 1 to 255 octets";
    }
    case KEY_NO_DEFAULT_ALPN:
    case KEY_OHTTP:
      return value.length === 0 ? undefined : `${formatSvcKey(key)} has no value`;
    case KEY_PORT:
      return value.length === 2 ? undefined : "port must have 2 octets";
    case KEY_IPV4HINT:
    case KEY_IPV6HINT: {
      const size = key === KEY_IPV4HINT ? 4 : 16;
      const isList = value.length > 0 && value.length % size === 0;
      return isList ? undefined : `${formatSvcKey(key)} must be one or more addresses`;
    }
    case KEY_TLS_GROUPS:
      return explainBadGroups(value);
    case KEY_ECH:
      return value.length > 0 ? undefined : "ech must have a value";
    case KEY_DOHPATH:
      return explainBadPath(value);
    case KEY_INVALID:
      return `key${KEY_INVALID} is reserved: it is no key`;
    default:
      return undefined;
  }
}

/** RFC 9460 §8. */
function explainBadMandatory(value: Uint8Array, keys: readonly number[]): string | undefined {
  if (value.length === 0 || value.length % 2 !== 0) return "mandatory must be one or more keys";
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  let last = -1;
  for (let at = 0; at < value.length; at += 2) {
    const key = view.getUint16(at);
    const name = formatSvcKey(key);
    if (key === KEY_MANDATORY) return "mandatory never names itself";
    if (key === last) return `mandatory names ${name} twice`;
    if (key < last) return "the keys in mandatory must ascend in wire form";
    if (!keys.includes(key)) return `mandatory names ${name}, which is not there`;
    last = key;
  }
  return undefined;
}

function explainBadGroups(value: Uint8Array): string | undefined {
  const groups = new Set<number>();
  for (let at = 0; at + 1 < value.length; at += 2) {
    groups.add((value[at] ?? 0) * 256 + (value[at + 1] ?? 0));
  }
  if (value.length > 0 && groups.size * 2 === value.length) return undefined;
  return "tls-supported-groups must be one or more numbers, each once";
}

/** A relative URI template with the variable "dns" (RFC 9461 §5). */
function explainBadPath(value: Uint8Array): string | undefined {
  const text = Buffer.from(value).toString("utf8");
  if (text.startsWith("/") && /\{[^}]*\bdns\b[^}]*\}/.test(text)) return undefined;
  return 'dohpath must be a path with the variable dns, like "/dns-query{?dns}"';
}
