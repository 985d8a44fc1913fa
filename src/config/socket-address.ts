import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import { quote } from "./tree.ts";

/** An address and a port to listen on or to connect to. */
export interface SocketAddress {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`, or an address alone if there is a default port; a string says what is wrong. */
export function parseSocketAddress(written: string, defaultPort?: number): SocketAddress | string {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(written);
  const host = match === null ? written : (match[1] ?? match[2] ?? "");
  const address = parseAddress(host);
  if (address === undefined) return explainBadAddress(host);
  const isBracketed = match?.[1] !== undefined;
  if (isBracketed !== (address.family === 6) && match?.[3] !== undefined) {
    return `${quote(written)}: brackets are for IPv6 addresses`;
  }
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (port === undefined) {
    const hint = address.family === 6 ? `[${host}]:PORT` : `${host}:PORT`;
    return `${quote(written)} has no port: write ${hint}`;
  }
  if (port < 1 || port > 65_535) return `${quote(written)}: a port is from 1 to 65535`;
  return { address: formatAddress(address), port };
}

/** As it may be written: `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
