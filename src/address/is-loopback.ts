import type { Address } from "../address/address.ts";

/** 127.0.0.0/8 and ::1, which nobody but this machine can reach. */
export function isLoopback({ family, octets }: Address): boolean {
  if (family === 4) return octets[0] === 127;
  return octets.every((octet, i) => octet === (i === 15 ? 1 : 0));
}
