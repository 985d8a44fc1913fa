const ZERO = 0x30;
const DOT = 0x2e;
const COLON = 0x3a;

/** Writes the four octets of a dotted quad to `out`; false if the text is none. */
export function readIpv4(
  octets: Uint8Array,
  start: number,
  stop: number,
  out: Uint8Array,
  to: number,
): boolean {
  let at = start;
  for (let part = 0; part < 4; part++) {
    const first = at;
    let value = 0;
    for (; at < stop; at++) {
      const digit = octets[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = at - first;
    // 010 is ten to some and eight to others.
    if (digits === 0 || digits > 3 || value > 255 || (digits > 1 && octets[first] === ZERO)) {
      return false;
    }
    out[to + part] = value;
    if (part < 3 && (at >= stop || octets[at++] !== DOT)) return false;
  }
  return at === stop;
}

/** Writes the sixteen octets of an IPv6 address (RFC 4291 §2.2) to `out`; false if the text is none. */
export function readIpv6(
  octets: Uint8Array,
  start: number,
  stop: number,
  out: Uint8Array,
  to: number,
): boolean {
  let at = start;
  let filled = 0;
  // Octets in front of "::"; -1 if there is none.
  let gap = -1;
  if (octets[at] === COLON) {
    if (stop - start < 2 || octets[at + 1] !== COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < stop) {
    const first = at;
    let value = 0;
    for (; at < stop; at++) {
      const digit = hexOf(octets[at]!);
      if (digit < 0) break;
      value = value * 16 + digit;
      if (at - first >= 4) return false;
    }
    if (at < stop && octets[at] === DOT) {
      // The last 32 bits may be written as an IPv4 address.
      if (filled > 12 || !readIpv4(octets, first, stop, out, to + filled)) return false;
      filled += 4;
      at = stop;
      break;
    }
    if (at === first || filled > 14) return false;
    out[to + filled] = value >> 8;
    out[to + filled + 1] = value & 0xff;
    filled += 2;
    if (at === stop) break;
    if (octets[at++] !== COLON) return false;
    if (at === stop) return false;
    if (octets[at] !== COLON) continue;
    if (gap >= 0) return false;
    gap = filled;
    at += 1;
  }
  if (gap < 0) return filled === 16;
  // "::" stands for at least one group.
  if (filled > 14) return false;
  const tail = filled - gap;
  out.copyWithin(to + 16 - tail, to + gap, to + filled);
  out.fill(0, to + gap, to + 16 - tail);
  return true;
}

function hexOf(octet: number): number {
  if (octet >= ZERO && octet <= ZERO + 9) return octet - ZERO;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
