import type { Address, Prefix } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";

/** Where the DNS service listens, and for what. */
export interface ListenAddress {
  readonly address: Address;
  /** 0: the kernel picks one, the same for UDP and TCP. */
  readonly port: number;
  /** Left out: `dns`, over UDP and TCP. */
  readonly protocol?: "dns" | "tls" | "https";
  /** Of the requests over HTTPS. */
  readonly path?: string;
  /** Proxies that say first for whom they ask (PROXY protocol, version 2). All others are clients themselves. */
  readonly proxies?: readonly Prefix[];
}

/** `127.0.0.1:53`, `[::]:53`. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  const host = formatAddress(address);
  return address.family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Is this `0.0.0.0` or `::`, every address of the host? */
export function isWildcard(address: Address): boolean {
  return address.octets.every((octet) => octet === 0);
}
