import type { Prefix } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import type { Context } from "../answer/context.ts";
import { hasProxySignature, ProxyHeader } from "./proxy-header.ts";

/** Told for a datagram that gets no answer. */
export const DROPPED = -1;

/** The datagrams of a socket on which trusted proxies say for whom they ask, each time anew. */
export class ProxiedDatagrams {
  readonly #proxies: readonly Prefix[];
  readonly #header = new ProxyHeader();

  constructor(proxies: readonly Prefix[]) {
    this.#proxies = proxies;
  }

  /**
   * Puts the client in place of the proxy. A proxy that names nobody is dropped, and so is whoever plays one.
   *
   * @param context says whom the datagram is from, then whom it is for
   * @returns where the query starts, or {@link DROPPED}
   */
  open(datagram: Uint8Array, length: number, context: Context): number {
    const from = { family: context.family, octets: context.source };
    if (!this.#proxies.some((prefix) => contains(prefix, from))) {
      return hasProxySignature(datagram, length) ? DROPPED : 0;
    }
    const header = this.#header;
    const start = header.read(datagram, length);
    if (start <= 0) return DROPPED;
    if (header.family !== 0) {
      context.family = header.family;
      context.source.set(header.source);
    }
    return start;
  }
}
