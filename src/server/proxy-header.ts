/**
 * The binary header of the PROXY protocol, version 2, in which a proxy says for whom it asks. Version 1, a line of text for TCP alone,
 * is not spoken here: dnsdist sends version 2, and HAProxy does when told `send-proxy-v2`.
 */

/** Outcomes of {@link ProxyHeader.read} other than a length. */
export const INCOMPLETE = 0;
export const INVALID = -1;

/** What follows the fixed part may have this many octets: two addresses, and what a proxy adds beside them. */
const MAX_REST_OCTETS = 2048;
const FIXED_OCTETS = 16;

/** Longest header taken. */
export const MAX_PROXY_HEADER_OCTETS: number = FIXED_OCTETS + MAX_REST_OCTETS;

/** `\r\n\r\n\0\r\nQUIT\n` */
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a] as const;

const COMMAND_LOCAL = 0x20;
const COMMAND_PROXY = 0x21;

const FAMILY_UNSPECIFIED = 0;
const FAMILY_IPV4 = 1;
const FAMILY_IPV6 = 2;

/** Source, destination and both ports. */
const IPV4_OCTETS = 12;
const IPV6_OCTETS = 36;

/** Reads such headers; its fields hold for the one read last. */
export class ProxyHeader {
  /** Of the client; 0 if the header names none, and the proxy asks for itself. */
  family: 0 | 4 | 6 = 0;
  /** The client's address: 4 or 16 octets count. IPv4-mapped addresses arrive here as IPv4. */
  readonly source: Uint8Array = new Uint8Array(16);

  /**
   * Reads the header at the start of `octets`.
   *
   * @returns its length; {@link INCOMPLETE} if more octets may make it one, {@link INVALID} if none can
   */
  read(octets: Uint8Array, length: number): number {
    this.family = 0;
    for (let i = 0; i < SIGNATURE.length; i++) {
      if (i >= length) return INCOMPLETE;
      if (octets[i] !== SIGNATURE[i]) return INVALID;
    }
    if (length < FIXED_OCTETS) return INCOMPLETE;
    const command = octets[12]!;
    const family = octets[13]! >> 4;
    const rest = (octets[14]! << 8) | octets[15]!;
    if ((command !== COMMAND_LOCAL && command !== COMMAND_PROXY) || rest > MAX_REST_OCTETS) {
      return INVALID;
    }
    const end = FIXED_OCTETS + rest;
    if (command === COMMAND_LOCAL || family === FAMILY_UNSPECIFIED) {
      return length < end ? INCOMPLETE : end;
    }
    if (family !== FAMILY_IPV4 && family !== FAMILY_IPV6) return INVALID;
    if (rest < (family === FAMILY_IPV4 ? IPV4_OCTETS : IPV6_OCTETS)) return INVALID;
    if (length < end) return INCOMPLETE;
    this.#readSource(octets, family);
    return end;
  }

  #readSource(octets: Uint8Array, family: number): void {
    const { source } = this;
    const isIpv4 = family === FAMILY_IPV4;
    const isMapped = !isIpv4 && isIpv4Mapped(octets, FIXED_OCTETS);
    this.family = isIpv4 || isMapped ? 4 : 6;
    const at = FIXED_OCTETS + (isMapped ? 12 : 0);
    const count = this.family === 4 ? 4 : 16;
    for (let i = 0; i < count; i++) source[i] = octets[at + i]!;
  }
}

/** Do these octets begin as such a header does? */
export function hasProxySignature(octets: Uint8Array, length: number): boolean {
  return length >= SIGNATURE.length && SIGNATURE.every((octet, i) => octets[i] === octet);
}

function isIpv4Mapped(octets: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (octets[at + i] !== 0) return false;
  return octets[at + 10] === 0xff && octets[at + 11] === 0xff;
}
