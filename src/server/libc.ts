import { endianness } from "node:os";
import { getSystemErrorName } from "node:util";

/** The system calls of the fast path. Each returns -1 on failure; `errno()` then tells why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  listen(descriptor: number, backlog: number): number;
  /** Returns another descriptor of the same socket, closed on exec. */
  duplicate(descriptor: number): number;
  setsockopt(
    descriptor: number,
    level: number,
    option: number,
    value: Uint8Array,
    length: number,
  ): number;
  /** `length` holds an int. */
  getsockname(descriptor: number, address: Uint8Array, length: Uint8Array): number;
  close(descriptor: number): number;
  /** `entries` is the address of an array of struct pollfd. */
  poll(entries: bigint, count: number, timeoutMs: number): number;
  /** `headers` is the address of an array of struct mmsghdr; returns the number of messages taken. */
  recvmmsg(
    descriptor: number,
    headers: bigint,
    count: number,
    flags: number,
    timeout: null,
  ): number;
  sendmmsg(descriptor: number, headers: bigint, count: number, flags: number): number;
  /** Returns the number of octets sent. */
  sendto(
    descriptor: number,
    octets: Uint8Array,
    count: number,
    flags: number,
    address: Uint8Array,
    length: number,
  ): number;
  /** For the calling thread; `attributes` holds a struct sched_attr. */
  schedule(attributes: Uint8Array): number;
  errno(): number;
  /** Memory that does not move, for structures that point to each other. Zeroed. */
  allocate(length: number): Memory;
  free(memory: Memory): void;
}

export interface Memory {
  readonly address: bigint;
  readonly octets: ArrayBuffer;
  /** The allocation as the C library knows it. */
  readonly handle: unknown;
}

export type LoadedLibc = { readonly libc: Libc } | { readonly reason: string };

/** Platforms whose structures and socket option numbers are those that this folder writes. */
const ARCHITECTURES = ["x64", "arm64", "riscv64", "loong64"];

const F_DUPFD_CLOEXEC = 1030;
/** sched_setattr, for which older C libraries have no function; all other architectures share a table. */
const SCHED_SETATTR = process.arch === "x64" ? 314 : 274;

/** Loads the C library through koffi, or says why this host has to do without. */
export async function loadLibc(
  host: { platform: string; arch: string } = process,
  importKoffi: () => Promise<typeof import("koffi")> = () => import("koffi"),
): Promise<LoadedLibc> {
  if (host.platform !== "linux") return { reason: `no recvmmsg on ${host.platform}` };
  if (!ARCHITECTURES.includes(host.arch) || endianness() !== "LE") {
    return { reason: `recvmmsg is not supported on ${host.arch}` };
  }
  try {
    return { libc: declare(await importKoffi()) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_MODULE_NOT_FOUND") return { reason: "koffi is not installed" };
    return { reason: `koffi does not load: ${(error as Error).message}` };
  }
}

/** A failed system call, with `code` as Node has it. */
export function createSystemError(libc: Libc, call: string): NodeJS.ErrnoException {
  const errno = libc.errno();
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${call} ${code}`), { code, errno: -errno, syscall: call });
}

function declare(koffi: typeof import("koffi")): Libc {
  const library = koffi.load(null);
  const malloc = library.func("void *malloc(size_t)");
  const free = library.func("void free(void *)");
  const fcntl = library.func("int fcntl(int, int, int)");
  const syscall = library.func("long syscall(long, ...)");
  return {
    socket: library.func("int socket(int, int, int)"),
    bind: library.func("int bind(int, const void *, uint32_t)"),
    listen: library.func("int listen(int, int)"),
    duplicate: (descriptor) => fcntl(descriptor, F_DUPFD_CLOEXEC, 0),
    setsockopt: library.func("int setsockopt(int, int, int, const void *, uint32_t)"),
    getsockname: library.func("int getsockname(int, void *, void *)"),
    close: library.func("int close(int)"),
    // Structures are passed by their address, a number: the loop passes the same ones over and over.
    poll: library.func("int poll(uintptr_t, unsigned long, int)"),
    recvmmsg: library.func("int recvmmsg(int, uintptr_t, uint32_t, int, void *)"),
    sendmmsg: library.func("int sendmmsg(int, uintptr_t, uint32_t, int)"),
    sendto: library.func("long sendto(int, const void *, size_t, int, const void *, uint32_t)"),
    schedule: (attributes) =>
      syscall(SCHED_SETATTR, "int", 0, "const void *", attributes, "unsigned int", 0),
    errno: () => koffi.errno(),
    allocate: (length) => {
      const handle = malloc(length);
      const octets = koffi.view(handle, length);
      new Uint8Array(octets).fill(0);
      return { address: koffi.address(handle), octets, handle };
    },
    free: ({ handle }) => free(handle),
  };
}
