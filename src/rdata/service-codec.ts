import { formatAddress } from "../address/parse.ts";
import { formatBase64 } from "./binary-codecs.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";
import { decodeCharacters, quoteOctets } from "./presentation.ts";
import {
  formatSvcKey,
  KEY_ALPN,
  KEY_ECH,
  KEY_IPV4HINT,
  KEY_IPV6HINT,
  KEY_MANDATORY,
  KEY_PORT,
  KEY_TLS_GROUPS,
  type SvcParam,
  splitSvcParams,
} from "./svc-params.ts";
import { toOctets } from "./to-octets.ts";
import {
  isNumberedKey,
  isSvcList,
  parseSvcKey,
  splitSvcList,
  writeSvcParam,
} from "./write-svc-param.ts";

/** The parameters of SVCB and HTTPS, none included: `alpn="h2,h3" port=8443 no-default-alpn` (RFC 9460 §2.1). */
export const PARAMS: FieldCodec = {
  words: undefined,
  read: (cursor) => {
    const params: SvcParam[] = [];
    for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
      const param = readParam(word.text);
      if (typeof param === "string") return param;
      params.push(param);
    }
    // Ascending, whatever the order they were written in (RFC 9460 §2.2).
    params.sort((a, b) => a.key - b.key);
    return concat(
      params.flatMap(({ key, value }) => [toOctets(key, 2), toOctets(value.length, 2), value]),
    );
  },
  end: (octets, at) =>
    splitSvcParams(octets.subarray(at)) === undefined ? undefined : octets.length,
  format: (octets, at, end) =>
    (splitSvcParams(octets.subarray(at, end)) ?? [])
      .map((param) => {
        const value = formatValue(param);
        const key = formatSvcKey(param.key);
        return value === "" ? key : `${key}=${value}`;
      })
      .join(" "),
};

function readParam(word: string): SvcParam | string {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  const key = parseSvcKey(name);
  if (typeof key === "string") return key;
  const value = equals < 0 ? "" : word.slice(equals + 1);
  const bare = /^"([\s\S]*)"$/.exec(value)?.[1] ?? value;
  const octets = bare.replace(/\\[\s\S]/g, "").includes('"') ? undefined : decodeCharacters(bare);
  if (octets === undefined) {
    return `the value of ${name} must be like ${name}=one or ${name}="two", with \\DDD from 000 to 255`;
  }
  if (isNumberedKey(name)) return { key, value: octets };
  if (octets.length === 0) return writeSvcParam(key, []);
  return writeSvcParam(key, isSvcList(key) ? splitSvcList(octets) : [octets]);
}

function formatValue({ key, value }: SvcParam): string {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  switch (key) {
    case KEY_MANDATORY:
      return listNumbers(value).map(formatSvcKey).join(",");
    case KEY_TLS_GROUPS:
      return listNumbers(value).join(",");
    case KEY_ALPN:
      return formatProtocols(value);
    case KEY_PORT:
      return value.length === 2 ? String(view.getUint16(0)) : quoteOctets(value);
    case KEY_IPV4HINT:
    case KEY_IPV6HINT: {
      const family = key === KEY_IPV4HINT ? 4 : 6;
      const size = family === 4 ? 4 : 16;
      const hints: string[] = [];
      for (let at = 0; at < value.length; at += size) {
        hints.push(formatAddress({ family, octets: value.subarray(at, at + size) }));
      }
      return hints.join(",");
    }
    case KEY_ECH:
      return formatBase64(value);
    default:
      return value.length === 0 ? "" : quoteOctets(value);
  }
}

function formatProtocols(value: Uint8Array): string {
  const list: number[] = [];
  for (let at = 0; at < value.length; at += 1 + (value[at] ?? 0)) {
    if (at > 0) list.push(0x2c);
    // A comma or backslash within a protocol is escaped once for the list (RFC 9460 appendix A.1), once for the text.
    for (const octet of value.subarray(at + 1, at + 1 + (value[at] ?? 0))) {
      if (octet === 0x2c || octet === 0x5c) list.push(0x5c);
      list.push(octet);
    }
  }
  return quoteOctets(Uint8Array.from(list));
}

function listNumbers(value: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at + 1 < value.length; at += 2) {
    numbers.push((value[at] ?? 0) * 256 + (value[at + 1] ?? 0));
  }
  return numbers;
}
