/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012), a hash that nobody can make without the key. Each 64-bit word is two of 32
 * bits, low and high: BigInt would allocate on the query path.
 *
 * @param key four words: both halves of the key, low word first, from `keyAt` on
 * @param octets the message is the first `length` of them
 * @param out takes the low and the high word of the hash
 */
export function sipHash24(
  key: Uint32Array,
  keyAt: number,
  octets: Uint8Array,
  length: number,
  out: Uint32Array,
): void {
  const k0l = key[keyAt]!;
  const k0h = key[keyAt + 1]!;
  const k1l = key[keyAt + 2]!;
  const k1h = key[keyAt + 3]!;
  // "somepseudorandomlygeneratedbytes".
  let v0l = k0l ^ 0x70736575;
  let v0h = k0h ^ 0x736f6d65;
  let v1l = k1l ^ 0x6e646f6d;
  let v1h = k1h ^ 0x646f7261;
  let v2l = k0l ^ 0x6e657261;
  let v2h = k0h ^ 0x6c796765;
  let v3l = k1l ^ 0x79746573;
  let v3h = k1h ^ 0x74656462;
  // The last block holds what is left and the length; behind it come the finishing rounds.
  const blocks = (length >>> 3) + 1;
  for (let block = 0; block <= blocks; block++) {
    let ml = 0;
    let mh = 0;
    let rounds = 2;
    if (block < blocks) {
      const at = block * 8;
      ml = readWord(octets, at, length);
      mh = readWord(octets, at + 4, length);
      if (block === blocks - 1) mh |= length << 24;
      v3l ^= ml;
      v3h ^= mh;
    } else {
      v2l ^= 0xff;
      rounds = 4;
    }
    for (; rounds > 0; rounds--) {
      let sum = (v0l >>> 0) + (v1l >>> 0);
      v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
      v0l = sum | 0;
      let low = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = low ^ v0l;
      low = v0l;
      v0l = v0h;
      v0h = low;

      sum = (v2l >>> 0) + (v3l >>> 0);
      v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
      v2l = sum | 0;
      low = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = low ^ v2l;

      sum = (v0l >>> 0) + (v3l >>> 0);
      v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
      v0l = sum | 0;
      low = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = low ^ v0l;

      sum = (v2l >>> 0) + (v1l >>> 0);
      v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
      v2l = sum | 0;
      low = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = low ^ v2l;
      low = v2l;
      v2l = v2h;
      v2h = low;
    }
    v0l ^= ml;
    v0h ^= mh;
  }
  out[0] = v0l ^ v1l ^ v2l ^ v3l;
  out[1] = v0h ^ v1h ^ v2h ^ v3h;
}

/** Four octets, the first the lowest; those behind the end are zero. */
function readWord(octets: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = Math.min(4, end - at) - 1; i >= 0; i--) word = (word << 8) | octets[at + i]!;
  return word;
}
