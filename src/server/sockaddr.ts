import type { Address } from "../address/address.ts";

/** Octets of struct sockaddr_in and struct sockaddr_in6. */
export const SOCKADDR_LENGTH = { 4: 16, 6: 28 } as const;

/** Where the address begins in them. */
export const SOCKADDR_ADDRESS = { 4: 4, 6: 8 } as const;

const AF_INET = 2;
const AF_INET6 = 10;

/** Writes a socket address as Linux has it on little-endian machines. */
export function writeSockaddr(address: Address, port: number): Uint8Array {
  const { family, octets } = address;
  const sockaddr = Buffer.alloc(SOCKADDR_LENGTH[family]);
  sockaddr.writeUInt16LE(family === 6 ? AF_INET6 : AF_INET, 0);
  sockaddr.writeUInt16BE(port, 2);
  sockaddr.set(octets, SOCKADDR_ADDRESS[family]);
  return sockaddr;
}
