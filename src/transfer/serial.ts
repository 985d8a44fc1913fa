/** Whether a serial is greater than another in serial number arithmetic (RFC 1982 §3.2). */
export function isAfter(serial: number, other: number): boolean {
  return serial !== other && (serial - other) >>> 0 < 2 ** 31;
}
