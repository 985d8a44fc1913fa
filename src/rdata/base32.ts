/** Base32 with the extended hex alphabet, without padding (RFC 4648 §7, RFC 5155 §1.3). */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

/** The octets of a text in any case; undefined if it is none, or if bits that stand for nothing are set. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const octets: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of text.toUpperCase()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      octets.push((bits >> count) & 0xff);
    }
  }
  // Left over are zero bits, fewer than a digit has.
  if (count >= 5 || (bits & ((1 << count) - 1)) !== 0) return undefined;
  return Uint8Array.from(octets);
}

export function encodeBase32(octets: Uint8Array): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const octet of octets) {
    bits = ((bits << 8) | octet) & 0xfff;
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += ALPHABET.charAt((bits >> count) & 31);
    }
  }
  return count === 0 ? text : text + ALPHABET.charAt((bits << (5 - count)) & 31);
}
