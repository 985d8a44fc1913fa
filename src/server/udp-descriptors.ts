import type { Address, Prefix } from "../address/address.ts";
import type { HandedSocket } from "./handed-sockets.ts";
import { createSystemError, type Libc } from "./libc.ts";
import { isWildcard, type ListenAddress } from "./listen-address.ts";
import {
  IPPROTO_IP,
  IPPROTO_IPV6,
  openBound,
  readPort,
  SOCK_DGRAM,
  SOL_SOCKET,
  setOption,
  setRequired,
} from "./socket-calls.ts";

/** UDP sockets bound to one address and port. Whoever opened them closes them, after all readers have ended. */
export interface UdpDescriptors {
  readonly family: 4 | 6;
  readonly port: number;
  /** The queries' destination comes with them, and has to go back as the source of the answers. */
  readonly hasPacketInfo: boolean;
  /** Trusted to say for whom they ask. */
  readonly proxies: readonly Prefix[];
  readonly descriptors: readonly number[];
}

const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SO_RCVBUFFORCE = 33;
const IP_PKTINFO = 8;
const IP_MTU_DISCOVER = 10;
const IPV6_MTU_DISCOVER = 23;
const IPV6_RECVPKTINFO = 49;
/** Send without looking at a path MTU that a stranger's ICMP message may have lowered; Linux 3.15. */
const PMTUDISC_OMIT = 5;

/** Rides out 500 ms without a reader at 5000 queries a second, where the default of 208 KiB loses 44 %. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** How soon a blocked reader looks up. */
const TIMEOUT_MICROSECONDS = 100_000n;

/**
 * Opens `count` sockets that share one address and port; the kernel spreads the clients over them. Of those that were handed
 * over none is left out, even if they are more: what the kernel has put into one is in no other. If they are fewer, see
 * {@link addUdpDescriptors}.
 *
 * @throws an error with the `code` of the system call that failed
 */
export function openUdpDescriptors(
  libc: Libc,
  listen: ListenAddress,
  count: number,
  handed?: HandedSocket,
): UdpDescriptors {
  if (handed !== undefined) return adopt(libc, listen, handed);
  // SO_REUSEPORT would join a stranger's socket (or our own other process) without a word: a bind without it has to
  // succeed first.
  const first = openDescriptor(libc, listen, false);
  const port = readPort(libc, first);
  const { proxies = [] } = listen;
  const { family } = listen.address;
  const hasPacketInfo = isWildcard(listen.address);
  if (count === 1) return { family, port, hasPacketInfo, proxies, descriptors: [first] };
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
  return { family, port, hasPacketInfo, proxies, descriptors };
}

/**
 * Opens what is missing beside sockets that were handed over. As soon as there are more of them than the other process reads,
 * some of its clients are ours: not before somebody reads.
 *
 * @returns those there were, and the new ones
 * @throws an error with the `code` of the system call that failed; then nothing has been opened
 */
export function addUdpDescriptors(
  libc: Libc,
  { address }: ListenAddress,
  opened: UdpDescriptors,
  count: number,
): UdpDescriptors {
  const { port, descriptors: handed } = opened;
  if (handed.length >= count) return opened;
  const added: number[] = [];
  try {
    // One that had the address for itself lets others in only now.
    for (const descriptor of handed) setRequired(libc, descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
    while (handed.length + added.length < count) {
      added.push(openDescriptor(libc, { address, port }, true));
    }
  } catch (error) {
    for (const descriptor of added) libc.close(descriptor);
    throw error;
  }
  return { ...opened, descriptors: [...handed, ...added] };
}

/** Takes over sockets that another process has opened, with the options that this one wants. */
function adopt(
  libc: Libc,
  { address, proxies = [] }: ListenAddress,
  { port, descriptors }: HandedSocket,
): UdpDescriptors {
  for (const descriptor of descriptors) setOptions(libc, descriptor, address);
  const { family } = address;
  return { family, port, hasPacketInfo: isWildcard(address), proxies, descriptors };
}

function openDescriptor(libc: Libc, listen: ListenAddress, isShared: boolean): number {
  return openBound(libc, listen, SOCK_DGRAM, (descriptor) => {
    if (isShared) setRequired(libc, descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
    setOptions(libc, descriptor, listen.address);
  });
}

function setOptions(libc: Libc, descriptor: number, address: Address): void {
  const isIpv6 = address.family === 6;
  if (isWildcard(address)) {
    if (isIpv6) setRequired(libc, descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    else setRequired(libc, descriptor, IPPROTO_IP, IP_PKTINFO, 1);
  }
  setTimeouts(libc, descriptor);
  setReceiveBuffer(libc, descriptor);
  // An old kernel may not know it; answers of at most 1232 octets are not fragmented either way.
  if (isIpv6) setOption(libc, descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT);
  else setOption(libc, descriptor, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT);
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
