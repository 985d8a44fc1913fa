const HALF = 2 ** 31;

/**
 * Whether a serial comes after another in serial number arithmetic (RFC 1982 §3.2). Two that are exactly half the circle
 * apart have no order: neither comes after the other.
 */
export function isNewerSerial(serial: number, than: number): boolean {
  const distance = (serial - than) >>> 0;
  return distance > 0 && distance < HALF;
}
