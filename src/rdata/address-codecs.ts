/** Fields that are IP addresses, or an address or a name as another field says. */
import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import { quote } from "../config/tree.ts";
import { createCodec, type FieldCodec } from "./field-codec.ts";
import { NAME } from "./name-codecs.ts";

export const IPV4: FieldCodec = createAddress(4, 4);
export const IPV6: FieldCodec = createAddress(6, 16);

/** The gateway of IPSECKEY, whose kind is the record's second field (RFC 4025 §2.5). */
export const GATEWAY: FieldCodec = createGateway(0xff);
/** The relay of AMTRELAY, whose kind shares the record's second octet with the D bit (RFC 8777 §4.2.3). */
export const RELAY: FieldCodec = createGateway(0x7f);

/** The D bit and the kind of the relay, two words for one octet (RFC 8777 §4.3.1). */
export const DISCOVERY: FieldCodec = {
  words: 2,
  read: (cursor, what) => {
    const bit = cursor.take()?.text ?? "";
    if (!/^[01]$/.test(bit)) return `the D bit of ${what} must be 0 or 1: found ${quote(bit)}`;
    const kind = cursor.take()?.text ?? "";
    if (!/^[0-3]$/.test(kind)) {
      return `the type of ${what} must be 0 for none, 1 for IPv4, 2 for IPv6 or 3 for a name: found ${quote(kind)}`;
    }
    return Uint8Array.of(Number(bit) * 0x80 + Number(kind));
  },
  end: (_, at) => at + 1,
  format: (octets, at) => `${(octets[at] ?? 0) >> 7} ${(octets[at] ?? 0) & 0x7f}`,
};

function createAddress(family: 4 | 6, size: number): FieldCodec {
  return createCodec(
    (text, what) => {
      const address = parseAddress(text);
      if (address === undefined) return explainBadAddress(text);
      if (address.family === family) return address.octets;
      return `${what} must be an IPv${family} address: found ${quote(text)}`;
    },
    (_, at) => at + size,
    (octets, at, end) => formatAddress({ family, octets: octets.subarray(at, end) }),
  );
}

/** @param mask the bits of the record's second octet that tell the kind */
function createGateway(mask: number): FieldCodec {
  const kindOf = (octet: number | undefined): FieldCodec | undefined => KINDS[(octet ?? 0) & mask];
  return {
    words: 1,
    read: (cursor, what, before) => {
      const kind = kindOf(before[1]?.[0]);
      if (kind === undefined) return `the type of ${what} must be 0 to 3`;
      return kind.read(cursor, what, before);
    },
    end: (octets, at) => kindOf(octets[1])?.end(octets, at),
    format: (octets, at, end) => kindOf(octets[1])?.format(octets, at, end) ?? "",
  };
}

/** No gateway, written as a dot. */
const NOTHING: FieldCodec = createCodec(
  (text, what) =>
    text === "." ? new Uint8Array() : `${what} of type 0 must be a dot: found ${quote(text)}`,
  (_, at) => at,
  () => ".",
);

const KINDS: readonly FieldCodec[] = [NOTHING, IPV4, IPV6, NAME];
