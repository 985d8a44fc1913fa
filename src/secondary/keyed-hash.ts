/** Two numbers of 32 bits, drawn at random. */
export type HashKey = readonly [low: number, high: number];

const FINAL_ROUNDS = 3;

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein; the Linux kernel has it for its tables) of two words of 32 bits and the octets that
 * follow them: nobody who does not know the key finds others that share the hash.
 *
 * @returns 32 bits with a sign
 */
export function hashWithKey(
  key: HashKey,
  first: number,
  second: number,
  octets: Uint8Array,
  start: number,
  end: number,
): number {
  let v0 = key[0] | 0;
  let v1 = key[1] | 0;
  let v2 = 0x6c796765 ^ key[0];
  let v3 = 0x74656462 ^ key[1];
  const whole = (end - start) >> 2;
  const last = whole + 2;
  // One loop over the words and over the rounds without one at the end, as calls would cost half of it again.
  for (let i = 0; i <= last + FINAL_ROUNDS; i++) {
    let word = 0;
    if (i === 0) word = first;
    else if (i === 1) word = second;
    else if (i < last) word = readWord(octets, start + 4 * (i - 2));
    else if (i === last) word = readTail(octets, start + 4 * whole, end, end - start + 8);
    else if (i === last + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

function readWord(octets: Uint8Array, at: number): number {
  return octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
}

/** What is left, and the length of all in the highest octet. */
function readTail(octets: Uint8Array, start: number, end: number, length: number): number {
  let word = length << 24;
  for (let at = start; at < end; at++) word |= octets[at]! << (8 * (at - start));
  return word;
}
