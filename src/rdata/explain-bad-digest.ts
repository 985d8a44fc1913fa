/** Octets of a digest by its number (IANA, "DS RR Type Digest Algorithms"). */
const SIZES: Readonly<Record<number, number>> = { 1: 20, 2: 32, 3: 32, 4: 48, 5: 32, 6: 32 };

/** What is wrong with rdata of DS, CDS, TA and DLV whose parts are well-formed: the digest has its algorithm's length. */
export function explainBadDigest(octets: Uint8Array): string | undefined {
  const type = octets[3] ?? 0;
  const size = SIZES[type];
  const found = octets.length - 4;
  if (size === undefined || size === found) return undefined;
  return `a digest of type ${type} has ${size} octets, not ${found}`;
}
