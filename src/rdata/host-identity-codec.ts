import { quote } from "../config/tree.ts";
import { formatBase64, formatHex, parseBase64, parseHex } from "./binary-codecs.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";

/** Octets in front of the identity tag: its length, the algorithm, the key's length. */
const HEAD = 4;

/**
 * The algorithm, the host identity tag in hexadecimal and the public key in one word of base64. On the wire the lengths of
 * tag and key stand in front of both (RFC 8005 §5, §6).
 */
export const HOST_IDENTITY: FieldCodec = {
  words: 3,
  read: (cursor, what) => {
    const algorithm = cursor.take()?.text ?? "";
    if (!/^(0|[1-9]\d{0,2})$/.test(algorithm) || Number(algorithm) > 255) {
      return `the algorithm of ${what} must be a whole number from 0 to 255: found ${quote(algorithm)}`;
    }
    const tag = parseHex(cursor.take()?.text ?? "");
    if (tag === undefined || tag.length === 0 || tag.length > 255) {
      return `the tag of ${what} must be 1 to 255 pairs of hexadecimal digits`;
    }
    const key = parseBase64(cursor.take()?.text ?? "");
    if (key === undefined || key.length === 0 || key.length > 0xffff) {
      return `the key of ${what} must be one word of base64, with its padding`;
    }
    const head = Uint8Array.of(tag.length, Number(algorithm), key.length >> 8, key.length & 0xff);
    return concat([head, tag, key]);
  },
  end: (octets, at) => {
    const { tag, key } = lengthsAt(octets, at);
    return tag === 0 || key === 0 ? undefined : at + HEAD + tag + key;
  },
  format: (octets, at, end) => {
    const keyAt = at + HEAD + lengthsAt(octets, at).tag;
    const tag = formatHex(octets.subarray(at + HEAD, keyAt));
    return `${octets[at + 1]} ${tag} ${formatBase64(octets.subarray(keyAt, end))}`;
  },
};

function lengthsAt(octets: Uint8Array, at: number): { tag: number; key: number } {
  return { tag: octets[at] ?? 0, key: (octets[at + 2] ?? 0) * 256 + (octets[at + 3] ?? 0) };
}
