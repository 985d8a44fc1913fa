import type { Address, Prefix } from "../address/address.ts";
import { formatAddress, parseAddress } from "../address/parse.ts";

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

/** Parses `ADDR:PORT`, IPv6 in brackets: `127.0.0.1:53`, `[::]:53`; undefined if it is not one. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const parts = split(text);
  const address = parts && parseAddress(parts.host);
  if (parts === undefined || address === undefined) return undefined;
  if ((address.family === 6) !== parts.isBracketed) return undefined;
  const port = Number(parts.port);
  return port <= 65535 ? { address, port } : undefined;
}

/** Presentation form, as {@link parseListenAddress} reads it. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  const host = formatAddress(address);
  return address.family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Is this `0.0.0.0` or `::`, every address of the host? */
export function isWildcard(address: Address): boolean {
  return address.octets.every((octet) => octet === 0);
}

interface Parts {
  readonly host: string;
  readonly port: string;
  readonly isBracketed: boolean;
}

function split(text: string): Parts | undefined {
  const match = /^(?:\[([^\]]*)\]|(.+)):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const isBracketed = match[1] !== undefined;
  return { host: match[1] ?? match[2] ?? "", port: match[3] ?? "", isBracketed };
}
