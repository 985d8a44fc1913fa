import type { Address, Prefix } from "./address.ts";

/** True if the first bits of the address are the prefix's. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const whole = prefix.length >>> 3;
  for (let i = 0; i < whole; i++) {
    if (prefix.address.octets[i] !== address.octets[i]) return false;
  }
  const rest = prefix.length & 7;
  if (rest === 0) return true;
  return (prefix.address.octets[whole]! ^ address.octets[whole]!) >>> (8 - rest) === 0;
}
