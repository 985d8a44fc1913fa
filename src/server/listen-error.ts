import { formatListenAddress, isWildcard, type ListenAddress } from "./listen-address.ts";
import { findPortHolder, type PortHolder } from "./port-holder.ts";

/** A listen address that cannot be had. The message is one line for the operator. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** Of the system call, e.g. `EADDRINUSE`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Words a failed bind or listen for the operator, with the likely holder of a port in use.
 *
 * @param own what this server listens on already
 */
export function createListenError(
  transport: "udp" | "tcp",
  listen: ListenAddress,
  code: string,
  own: readonly ListenAddress[],
  findHolder: (transport: "udp" | "tcp", port: number) => PortHolder | undefined = findPortHolder,
): ListenError {
  const what = `Cannot listen on ${formatListenAddress(listen)} (${transport.toUpperCase()})`;
  return new ListenError(`${what}: ${explain(transport, listen, code, own, findHolder)}`, code);
}

/** Words the same for a successor, whose predecessor listens on `overlap` as long as it runs. */
export function createOverlapError(
  listen: ListenAddress,
  overlap: string,
  code: string,
): ListenError {
  const why = `it overlaps ${overlap}, on which the running server listens: that needs a restart`;
  return new ListenError(`Cannot listen on ${formatListenAddress(listen)}: ${why}`, code);
}

function explain(
  transport: "udp" | "tcp",
  listen: ListenAddress,
  code: string,
  own: readonly ListenAddress[],
  findHolder: (transport: "udp" | "tcp", port: number) => PortHolder | undefined,
): string {
  const { port } = listen;
  if (code === "EACCES") {
    return port < 1024
      ? "permission denied: ports below 1024 need CAP_NET_BIND_SERVICE or net.ipv4.ip_unprivileged_port_start=0"
      : "permission denied";
  }
  if (code !== "EADDRINUSE") return code;
  if (own.some((other) => covers(other, listen) || covers(listen, other))) {
    return "another listen address is the same, or covers it";
  }
  const holder = findHolder(transport, port);
  if (holder === undefined) return "the port is in use by another process";
  const advice =
    holder.name.startsWith("systemd-resolve") && port === 53
      ? "; listen on the host's own addresses, or set DNSStubListener=no in resolved.conf"
      : "";
  return `the port is in use by pid ${holder.pid} (${holder.name})${advice}`;
}

function covers({ address, port }: ListenAddress, other: ListenAddress): boolean {
  if (port !== other.port || address.family !== other.address.family) return false;
  return (
    isWildcard(address) || address.octets.every((octet, i) => octet === other.address.octets[i])
  );
}
