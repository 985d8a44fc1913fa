/**
 * HalfSipHash-1-3 (Aumasson and Bernstein) over five words: cheap enough for every response, and nobody who does not know the
 * key can choose what falls together in a table.
 *
 * @param key two words
 * @param out takes two words
 */
export function hashWords(
  key: readonly [number, number],
  first: number,
  second: number,
  third: number,
  fourth: number,
  fifth: number,
  out: Int32Array,
): void {
  let v0 = key[0];
  let v1 = key[1] ^ 0xee;
  let v2 = key[0] ^ 0x6c796765;
  let v3 = key[1] ^ 0x74656462;
  // The words, their length in octets as the last block, and the three finishing rounds.
  for (let round = 0; round < 9; round++) {
    let word = 0;
    if (round === 0) word = first;
    else if (round === 1) word = second;
    else if (round === 2) word = third;
    else if (round === 3) word = fourth;
    else if (round === 4) word = fifth;
    else if (round === 5) word = 20 << 24;
    else if (round === 6) v2 ^= 0xee;
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
  out[0] = v1 ^ v3;
  out[1] = v0 ^ v2;
}
