import { createSystemError, type Libc } from "./libc.ts";
import { isWildcard, type ListenAddress } from "./listen-address.ts";
import { SOCKADDR_LENGTH, writeSockaddr } from "./sockaddr.ts";

/** UDP sockets bound to one address and port. Whoever opened them closes them, after all readers have ended. */
export interface UdpDescriptors {
  readonly family: 4 | 6;
  readonly port: number;
  /** The queries' destination comes with them, and has to go back as the source of the answers. */
  readonly hasPacketInfo: boolean;
  readonly descriptors: readonly number[];
}

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SO_RCVBUFFORCE = 33;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IP_MTU_DISCOVER = 10;
const IPPROTO_IPV6 = 41;
const IPV6_MTU_DISCOVER = 23;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
/** Send without looking at a path MTU that a stranger's ICMP message may have lowered; Linux 3.15. */
const PMTUDISC_OMIT = 5;

/** Rides out 500 ms without a reader at 5000 queries a second, where the default of 208 KiB loses 44 %. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** How soon a blocked reader looks up. */
const TIMEOUT_MICROSECONDS = 100_000n;

/**
 * Opens `count` sockets that share one address and port; the kernel spreads the clients over them.
 *
 * @throws an error with the `code` of the system call that failed
 */
export function openUdpDescriptors(
  libc: Libc,
  listen: ListenAddress,
  count: number,
): UdpDescriptors {
  // SO_REUSEPORT would join a stranger's socket (or our own other process) without a word: a bind without it has to
  // succeed first.
  const first = openDescriptor(libc, listen, false);
  const port = readPort(libc, first);
  const { family } = listen.address;
  const hasPacketInfo = isWildcard(listen.address);
  if (count === 1) return { family, port, hasPacketInfo, descriptors: [first] };
  libc.close(first);
  const descriptors: number[] = [];
  try {
    while (descriptors.length < count) {
      descriptors.push(openDescriptor(libc, { address: listen.address, port }, true));
    }
  } catch (error) {
    for (const descriptor of descriptors) libc.close(descriptor);
    throw error;
  }
  return { family, port, hasPacketInfo, descriptors };
}

function openDescriptor(libc: Libc, listen: ListenAddress, isShared: boolean): number {
  const isIpv6 = listen.address.family === 6;
  const descriptor = libc.socket(isIpv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw createSystemError(libc, "socket");
  try {
    if (isShared) setRequired(libc, descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
    if (isIpv6) setRequired(libc, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (isWildcard(listen.address)) {
      if (isIpv6) setRequired(libc, descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      else setRequired(libc, descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    }
    setTimeouts(libc, descriptor);
    setReceiveBuffer(libc, descriptor);
    // An old kernel may not know it; answers of at most 1232 octets are not fragmented either way.
    if (isIpv6) setOption(libc, descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT);
    else setOption(libc, descriptor, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT);
    const address = writeSockaddr(listen.address, listen.port);
    if (libc.bind(descriptor, address, address.length) < 0) throw createSystemError(libc, "bind");
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
  return descriptor;
}

function setReceiveBuffer(libc: Libc, descriptor: number): void {
  // Beyond net.core.rmem_max only for CAP_NET_ADMIN; everyone else gets what the host allows.
  if (setOption(libc, descriptor, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_OCTETS) < 0) {
    setOption(libc, descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
  }
}

/** A reader that could block for ever in a system call could never be ended. */
function setTimeouts(libc: Libc, descriptor: number): void {
  const timeval = Buffer.alloc(16);
  timeval.writeBigInt64LE(TIMEOUT_MICROSECONDS, 8);
  for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) {
    if (libc.setsockopt(descriptor, SOL_SOCKET, option, timeval, timeval.length) < 0) {
      throw createSystemError(libc, "setsockopt");
    }
  }
}

function setRequired(
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

function setOption(
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

function readPort(libc: Libc, descriptor: number): number {
  const address = Buffer.alloc(SOCKADDR_LENGTH[6]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(address.length);
  if (libc.getsockname(descriptor, address, length) < 0) {
    throw createSystemError(libc, "getsockname");
  }
  return address.readUInt16BE(2);
}
