/**
 * IP addresses and prefixes as octets, in presentation form and back. Knows nobody.
 */

/** 4 octets for IPv4, 16 for IPv6, network order. */
export interface Address {
  readonly family: 4 | 6;
  readonly octets: Uint8Array;
}

/** Host bits are zero. */
export interface Prefix {
  readonly address: Address;
  /** 0 to 32 or 128 bits. */
  readonly length: number;
}
