import type { HandedSocket } from "./handed-sockets.ts";
import { createSystemError, type Libc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { openBound, readPort, SOCK_STREAM, SOL_SOCKET, setRequired } from "./socket-calls.ts";

/** A listening TCP socket. Whoever opened it closes it; as long as it is open, connections wait in it. */
export interface TcpDescriptor {
  readonly descriptor: number;
  readonly port: number;
}

const SO_REUSEADDR = 2;

/** Connections that the kernel holds until they are accepted, as far as net.core.somaxconn lets it. */
export const BACKLOG = 1024;

/**
 * @param handed one that listens already
 * @throws an error with the `code` of the system call that failed
 */
export function openTcpDescriptor(
  libc: Libc,
  listen: ListenAddress,
  handed?: HandedSocket,
): TcpDescriptor {
  const [adopted] = handed?.descriptors ?? [];
  if (handed !== undefined && adopted !== undefined) {
    return { descriptor: adopted, port: handed.port };
  }
  const descriptor = openBound(libc, listen, SOCK_STREAM, (socket) => {
    // What is left of the connections of an earlier run does not keep the port from us.
    setRequired(libc, socket, SOL_SOCKET, SO_REUSEADDR, 1);
  });
  if (libc.listen(descriptor, BACKLOG) < 0) {
    const error = createSystemError(libc, "listen");
    libc.close(descriptor);
    throw error;
  }
  return { descriptor, port: readPort(libc, descriptor) };
}
