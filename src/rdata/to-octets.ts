/** A whole number in network order. */
export function toOctets(value: number, size: number): Uint8Array {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[size - 1 - i] = Math.floor(value / 2 ** (8 * i)) % 256;
  return octets;
}
