import { type AddressKey, createKey, writeKey } from "../address/key.ts";
import { hashPrefix } from "../address/rendezvous.ts";
import type { LocationMap } from "../steering/location-map.ts";
import type { Query } from "../wire/query.ts";
import type { Context } from "./context.ts";

/** Whom an answer is for: the client that an ECS option names, else the resolver; and how far the answer is good for. */
export class Client {
  /** Of the ECS scope (RFC 7871 §7.2.1): the longest over all that was decided for this query; 0: good for everybody. */
  scope = 0;
  readonly #subnet: AddressKey = createKey();
  readonly #resolver: AddressKey = createKey();
  #query: Query | undefined;
  #context: Context | undefined;

  /** Starts with a query; the addresses are only read if something depends on them. */
  begin(query: Query, context: Context): void {
    this.scope = 0;
    // A pointer that is written is one that the garbage collector hears of.
    if (this.#query !== query) this.#query = query;
    if (this.#context !== context) this.#context = context;
  }

  /** @returns the class this client is of under a location map */
  classify(map: LocationMap): number {
    const key = this.#readAddresses();
    const clientClass = map.classify(key, this.#resolver);
    if (key !== this.#resolver && map.scope > this.scope) this.scope = map.scope;
    return clientClass;
  }

  /**
   * @param prefix4 bits of an IPv4 client that count
   * @param prefix6 bits of an IPv6 client that count
   * @returns 32 bits that are equal for clients of the same prefix
   */
  hashPrefix(prefix4: number, prefix6: number): number {
    const key = this.#readAddresses();
    const prefix = key.family === 4 ? prefix4 : prefix6;
    if (key !== this.#resolver && prefix > this.scope) this.scope = prefix;
    return hashPrefix(key, prefix);
  }

  /** Whom the answer is for: the client of the ECS option, or the resolver itself. */
  #readAddresses(): AddressKey {
    const { family, source } = this.#context!;
    writeKey(this.#resolver, family, source, 0, family === 4 ? 32 : 128);
    const query = this.#query!;
    // Source prefix 0 asks to be treated by the resolver's own address (RFC 7871 §7.1.2).
    if (!query.hasSubnet || query.subnetSource === 0) return this.#resolver;
    const subnetFamily = query.subnetFamily === 1 ? 4 : 6;
    writeKey(this.#subnet, subnetFamily, query.subnet, 0, query.subnetSource);
    return this.#subnet;
  }
}
