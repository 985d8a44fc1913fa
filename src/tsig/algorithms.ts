/** A way to make a MAC (RFC 8945 §6). Plain data: survives structured cloning between threads. */
export interface TsigAlgorithm {
  readonly text: string;
  /** Wire form, lower case. */
  readonly name: Uint8Array;
  /** As node:crypto calls it. */
  readonly hash: string;
  /** Octets of a MAC. */
  readonly octets: number;
}

/** All that is understood, the usual one first. Not hmac-md5, which "MUST NOT" be used (RFC 8945 §6). */
export const TSIG_ALGORITHMS: readonly TsigAlgorithm[] = [
  algorithm("hmac-sha256", "sha256", 32),
  algorithm("hmac-sha512", "sha512", 64),
  algorithm("hmac-sha384", "sha384", 48),
  algorithm("hmac-sha224", "sha224", 28),
  algorithm("hmac-sha1", "sha1", 20),
];

/** The algorithm of that name, in any case. */
export function findAlgorithm(text: string): TsigAlgorithm | undefined {
  return TSIG_ALGORITHMS.find((known) => known.text === text.toLowerCase());
}

/** Octets that a MAC must have at least, cut short as it may be (RFC 8945 §5.2.2.1). */
export function leastMacOctets({ octets }: TsigAlgorithm): number {
  return Math.max(10, octets / 2);
}

function algorithm(text: string, hash: string, octets: number): TsigAlgorithm {
  const name = Uint8Array.of(text.length, ...Buffer.from(text, "latin1"), 0);
  return { text, name, hash, octets };
}
