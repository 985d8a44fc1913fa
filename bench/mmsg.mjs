/**
 * Datagram sockets with recvmmsg(2) and sendmmsg(2) through koffi: what the load generator and the echo floor share.
 * Linux on a little-endian 64-bit machine only (struct mmsghdr is 64 octets there).
 */

/** MSG_DONTWAIT and MSG_WAITFORONE of <sys/socket.h>. */
export const DONTWAIT = 0x40;
export const WAITFORONE = 0x10000;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;

const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const ADDRESS_BYTES = 32;

/** Offset in a header of the length of the address, and of the length of the message received. */
const NAME_LENGTH_AT = 8;
const MESSAGE_LENGTH_AT = 56;

/**
 * Loads libc's socket calls.
 *
 * @returns the calls, or a string that says why they cannot be had here
 */
export async function loadSocketCalls() {
  if (process.platform !== "linux") return `recvmmsg needs Linux, this is ${process.platform}`;
  let koffi;
  try {
    koffi = (await import("koffi")).default;
  } catch (error) {
    return `the optional package koffi cannot be loaded (npm install --include=optional): ${error.message}`;
  }
  const libc = koffi.load(null);
  const calls = {
    socket: libc.func("int socket(int, int, int)"),
    bind: libc.func("int bind(int, void*, int)"),
    connect: libc.func("int connect(int, void*, int)"),
    setsockopt: libc.func("int setsockopt(int, int, int, void*, int)"),
    recvmmsg: libc.func("int recvmmsg(int, uintptr_t, uint32_t, int, void*)"),
    sendmmsg: libc.func("int sendmmsg(int, uintptr_t, uint32_t, int)"),
    malloc: libc.func("void* malloc(size_t)"),
    koffi,
  };
  return calls;
}

/**
 * Parses `127.0.0.1:53` or `[::1]:53`.
 *
 * @returns {{address: string, port: number, family: number, sockaddr: Buffer}}; throws unless the address is a loopback one
 */
export function parseLoopback(text) {
  const [, v6, v4, portText] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const port = Number(portText);
  const isLoopback =
    v6 === "::1" || (v4 !== undefined && /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(v4));
  if (!isLoopback || !(port > 0 && port < 65536)) {
    throw new Error(
      `Cannot use "${text}": only 127.x.y.z:PORT and [::1]:PORT are loaded, never another host`,
    );
  }
  return { address: v6 ?? v4, port, ...writeSockaddr(v6 ?? v4, port) };
}

function writeSockaddr(address, port) {
  const family = address.includes(":") ? AF_INET6 : AF_INET;
  const sockaddr = Buffer.alloc(family === AF_INET ? 16 : 28);
  sockaddr.writeUInt16LE(family, 0);
  sockaddr.writeUInt16BE(port, 2);
  if (family === AF_INET) sockaddr.set(address.split(".").map(Number), 4);
  else sockaddr[8 + 15] = 1;
  return { family, sockaddr };
}

/**
 * Opens a datagram socket.
 *
 * @param calls of loadSocketCalls
 * @param endpoint of parseLoopback
 * @param {{how: "bind" | "connect", bufferBytes: number, receiveTimeoutMs?: number}} options
 * @returns {number} the descriptor
 */
export function openSocket(calls, endpoint, { how, bufferBytes, receiveTimeoutMs }) {
  const fd = calls.socket(endpoint.family, SOCK_DGRAM, 0);
  if (fd < 0) throw new Error(`Cannot open a socket: errno ${calls.koffi.errno()}`);
  const size = Buffer.alloc(4);
  size.writeInt32LE(bufferBytes);
  calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
  calls.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, size, 4);
  if (receiveTimeoutMs !== undefined) {
    const time = Buffer.alloc(16);
    time.writeBigInt64LE(BigInt(Math.floor(receiveTimeoutMs / 1000)), 0);
    time.writeBigInt64LE(BigInt((receiveTimeoutMs % 1000) * 1000), 8);
    calls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, time, 16);
  }
  if (calls[how](fd, endpoint.sockaddr, endpoint.sockaddr.length) < 0) {
    throw new Error(
      `Cannot ${how} ${endpoint.address}:${endpoint.port}: errno ${calls.koffi.errno()}`,
    );
  }
  return fd;
}

/**
 * Allocates message headers and their buffers outside the JavaScript heap, all pointers written once.
 *
 * @param {number} slots how many messages
 * @param {number} bufferBytes of each
 * @param {boolean} withAddress room for the peer's address (not for connected sockets)
 */
export function createArena(calls, slots, bufferBytes, withAddress) {
  const vectorsAt = slots * HEADER_BYTES;
  const addressesAt = vectorsAt + slots * VECTOR_BYTES;
  const dataAt = addressesAt + slots * ADDRESS_BYTES;
  const totalBytes = dataAt + slots * bufferBytes;
  const pointer = calls.malloc(totalBytes);
  const memory = calls.koffi.view(pointer, totalBytes);
  const base = calls.koffi.address(pointer);
  const octets = new Uint8Array(memory).fill(0);
  const words = new Int32Array(memory);
  const view = new DataView(memory);
  for (let slot = 0; slot < slots; slot++) {
    const header = slot * HEADER_BYTES;
    const vector = vectorsAt + slot * VECTOR_BYTES;
    if (withAddress) {
      view.setBigUint64(header, base + BigInt(addressesAt + slot * ADDRESS_BYTES), true);
      view.setUint32(header + NAME_LENGTH_AT, ADDRESS_BYTES, true);
    }
    view.setBigUint64(header + 16, base + BigInt(vector), true);
    view.setBigUint64(header + 24, 1n, true);
    view.setBigUint64(vector, base + BigInt(dataAt + slot * bufferBytes), true);
    view.setBigUint64(vector + 8, BigInt(bufferBytes), true);
  }
  return {
    base: Number(base),
    octets,
    /** Octet offset of a slot's buffer. */
    dataOf: (slot) => dataAt + slot * bufferBytes,
    /** Address of a slot's header, for the calls. */
    headerOf: (slot) => Number(base) + slot * HEADER_BYTES,
    messageLength: (slot) => words[(slot * HEADER_BYTES + MESSAGE_LENGTH_AT) >> 2],
    setSendLength: (slot, length) => {
      words[(vectorsAt + slot * VECTOR_BYTES + 8) >> 2] = length;
    },
    resetAddressLength: (slot) => {
      words[(slot * HEADER_BYTES + NAME_LENGTH_AT) >> 2] = ADDRESS_BYTES;
    },
  };
}
