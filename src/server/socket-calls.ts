/** What opening a socket takes, whatever it is for; numbers as Linux has them on the platforms of libc.ts. */
import { createSystemError, type Libc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { SOCKADDR_LENGTH, writeSockaddr } from "./sockaddr.ts";

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;

const AF_INET = 2;
const AF_INET6 = 10;

export const SOL_SOCKET = 1;
export const IPPROTO_IP = 0;
export const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

/**
 * Opens a socket for one address, which for IPv6 does not take IPv4 as well, and binds it.
 *
 * @param type SOCK_STREAM or SOCK_DGRAM
 * @param prepare sets what has to be set before the bind
 * @throws an error with the `code` of the system call that failed, `prepare` included
 */
export function openBound(
  libc: Libc,
  listen: ListenAddress,
  type: number,
  prepare: (descriptor: number) => void,
): number {
  const isIpv6 = listen.address.family === 6;
  const descriptor = libc.socket(isIpv6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw createSystemError(libc, "socket");
  try {
    if (isIpv6) setRequired(libc, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    prepare(descriptor);
    const address = writeSockaddr(listen.address, listen.port);
    if (libc.bind(descriptor, address, address.length) < 0) throw createSystemError(libc, "bind");
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
  return descriptor;
}

export function setRequired(
  libc: Libc,
  descriptor: number,
  level: number,
  option: number,
  value: number,
): void {
  if (setOption(libc, descriptor, level, option, value) < 0) {
    throw createSystemError(libc, "setsockopt");
  }
}

/** @returns -1 if the kernel refuses */
export function setOption(
  libc: Libc,
  descriptor: number,
  level: number,
  option: number,
  value: number,
): number {
  const octets = Buffer.alloc(4);
  octets.writeInt32LE(value);
  return libc.setsockopt(descriptor, level, option, octets, octets.length);
}

/** The port a socket is bound to. */
export function readPort(libc: Libc, descriptor: number): number {
  const address = Buffer.alloc(SOCKADDR_LENGTH[6]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(address.length);
  if (libc.getsockname(descriptor, address, length) < 0) {
    throw createSystemError(libc, "getsockname");
  }
  return address.readUInt16BE(2);
}
