import { formatAddress, parseAddress } from "../address/parse.ts";
import { quote } from "../config/tree.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";

const IPV4 = 1;
const IPV6 = 2;

/** The address prefixes of APL: `1:192.168.32.0/21 !2:2001:db8::/32`, none included (RFC 3123). */
export const PREFIXES: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const items: Uint8Array[] = [];
    for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
      const item = readItem(word.text, what);
      if (typeof item === "string") return item;
      items.push(item);
    }
    return concat(items);
  },
  end: (octets, at) => {
    let end = at;
    while (end < octets.length) {
      const family = familyOf(octets, end);
      const prefix = octets[end + 2] ?? 255;
      const length = (octets[end + 3] ?? 0) & 0x7f;
      // Octets of zero at the end are left out (RFC 3123 §4.1).
      const isTrimmed = length === 0 || octets[end + 3 + length] !== 0;
      if (
        family === undefined ||
        prefix > 8 * SIZES[family] ||
        length > SIZES[family] ||
        !isTrimmed
      ) {
        return undefined;
      }
      end += 4 + length;
    }
    return end;
  },
  format: (octets, at, end) => {
    const items: string[] = [];
    for (let from = at; from < end; from += 4 + ((octets[from + 3] ?? 0) & 0x7f)) {
      items.push(formatItem(octets, from));
    }
    return items.join(" ");
  },
};

const SIZES: Readonly<Record<4 | 6, number>> = { 4: 4, 6: 16 };

function readItem(text: string, what: string): Uint8Array | string {
  const [, not, number, written = "", bits] =
    /^(!?)([12]):([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined || address.family !== (Number(number) === IPV4 ? 4 : 6)) {
    return `${what} must be like 1:192.168.32.0/21 or !2:2001:db8::/32: found ${quote(text)}`;
  }
  const { octets, family } = address;
  if (Number(bits) > 8 * SIZES[family]) {
    return `${what}: a prefix of ${family === 4 ? "IPv4" : "IPv6"} has at most ${8 * SIZES[family]} bits: found ${quote(text)}`;
  }
  let length = octets.length;
  while (length > 0 && octets[length - 1] === 0) length -= 1;
  const head = Uint8Array.of(0, Number(number), Number(bits), (not === "" ? 0 : 0x80) + length);
  return concat([head, octets.subarray(0, length)]);
}

function formatItem(octets: Uint8Array, at: number): string {
  const family = familyOf(octets, at) ?? 4;
  const flags = octets[at + 3] ?? 0;
  const address = new Uint8Array(SIZES[family]);
  address.set(octets.subarray(at + 4, at + 4 + (flags & 0x7f)));
  const not = flags & 0x80 ? "!" : "";
  return `${not}${octets[at + 1]}:${formatAddress({ family, octets: address })}/${octets[at + 2]}`;
}

function familyOf(octets: Uint8Array, at: number): 4 | 6 | undefined {
  const number = (octets[at] ?? 0) * 256 + (octets[at + 1] ?? 0);
  if (number === IPV4) return 4;
  return number === IPV6 ? 6 : undefined;
}
