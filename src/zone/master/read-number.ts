const ZERO = 0x30;
const CASE_BIT = 0x20;

/** The largest TTL (RFC 2181 §8). */
export const MAX_TTL: number = 2 ** 31 - 1;

/** Seconds of `300`, `1h30m`, `1W2D`, in which each number but the last has a unit; -1 if it is none or more than 32 bits hold. */
export function readSeconds(octets: Uint8Array, start: number, stop: number): number {
  let total = 0;
  let at = start;
  while (at < stop) {
    let number = 0;
    const first = at;
    for (; at < stop; at++) {
      const digit = octets[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
      if (number > 0xffff_ffff) return -1;
    }
    if (at === first) return -1;
    if (at < stop) {
      const unit = secondsOf(octets[at]!);
      if (unit === 0) return -1;
      number *= unit;
      at += 1;
    }
    total += number;
    if (total > 0xffff_ffff) return -1;
  }
  return at === start ? -1 : total;
}

/** A whole number of digits alone, up to `most`; -1 if it is none. */
export function readInteger(octets: Uint8Array, start: number, stop: number, most: number): number {
  let number = 0;
  if (start === stop) return -1;
  for (let at = start; at < stop; at++) {
    const digit = octets[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
    if (number > most) return -1;
  }
  return number;
}

function secondsOf(octet: number): number {
  switch (octet | CASE_BIT) {
    case 0x73:
      return 1;
    case 0x6d:
      return 60;
    case 0x68:
      return 3600;
    case 0x64:
      return 86_400;
    case 0x77:
      return 604_800;
    default:
      return 0;
  }
}
