/**
 * Which class a client belongs to: the rules of a steered name, laid over the address space once and looked up per
 * query. `compile-location-map.ts` writes what is read here; this is all of steering that the query path sees.
 *
 * Header in 32-bit words: whether the client matters at all (0: it does not), then the offsets in octets of the tables
 * of clients (IPv4, IPv6), of resolvers (IPv4, IPv6; 0 where no rule has subnets), and of the classes by rule, 16 bits
 * each.
 *
 * A value of a client table is a class, or `LOCATION_UNKNOWN` with the first rule that matches without a location; a
 * value of a resolver table is the first rule that matches by location, or `NO_RULE`. Where there are none, the client
 * tables serve: without subnets a resolver's class by location is its class as a client.
 */
import {
  countDecidingBits,
  EMBEDDINGS,
  extractIPv4,
  findEmbedding,
  translateScope,
} from "../address/embedded.ts";
import type { AddressKey } from "../address/key.ts";
import { RangeTable } from "../address/range-table.ts";

export const HEADER_WORDS = 6;
export const LOCATION_UNKNOWN = 0x8000;
export const NO_RULE = 0xffff;

/** The reader of one map. Its methods allocate nothing. */
export class LocationMap {
  /**
   * Of the client last classified: length of the widest prefix around it in which every client gets the same class
   * from the same resolver, in bits; 0 where the client does not matter (RFC 7871 §7.2.1). May exceed what is known.
   */
  scope = 0;
  private readonly clientMatters: boolean;
  private readonly clients4: RangeTable;
  private readonly clients6: RangeTable;
  private readonly resolvers4: RangeTable | undefined;
  private readonly resolvers6: RangeTable | undefined;
  private readonly classes: Uint16Array;

  constructor(buffer: SharedArrayBuffer) {
    const header = new Uint32Array(buffer, 0, HEADER_WORDS);
    this.clientMatters = header[0] === 1;
    this.clients4 = new RangeTable(buffer, header[1]!);
    this.clients6 = new RangeTable(buffer, header[2]!);
    if (header[3] !== 0) {
      this.resolvers4 = new RangeTable(buffer, header[3]!);
      this.resolvers6 = new RangeTable(buffer, header[4]!);
    }
    this.classes = new Uint16Array(buffer, header[5]!);
  }

  /**
   * The class of a client.
   *
   * @param client the prefix of an EDNS Client Subnet option, or the resolver again where there is none; one of length 0
   *   stands for the resolver (RFC 7871 §7.1.2)
   * @param resolver the source address of the query, whole
   */
  classify(client: AddressKey, resolver: AddressKey): number {
    const value = this.findClient(client.known === 0 ? resolver : client);
    if (client.known === 0 || !this.clientMatters) this.scope = 0;
    if (value < LOCATION_UNKNOWN) return value;
    // Nothing is known of where the client is, so the rules by location look at its resolver.
    const other = value & ~LOCATION_UNKNOWN;
    if (this.resolvers4 === undefined || this.resolvers6 === undefined) {
      const own = lookUp(this.clients4, this.clients6, resolver);
      return own < LOCATION_UNKNOWN ? own : this.classes[other]!;
    }
    const byLocation = lookUp(this.resolvers4, this.resolvers6, resolver);
    return this.classes[Math.min(byLocation, other)]!;
  }

  private findClient(client: AddressKey): number {
    const { words } = client;
    if (client.family === 4) {
      const i = this.clients4.find4(words[0]!);
      this.scope = this.clients4.widen4(words[0]!, i);
      return this.clients4.values[i]!;
    }
    const kind = findEmbedding(words);
    const deciding = kind === EMBEDDINGS.none ? 0 : countDecidingBits(kind);
    if (deciding !== 0 && client.known >= deciding) {
      const address = extractIPv4(kind, words);
      const i = this.clients4.find4(address);
      this.scope = translateScope(kind, this.clients4.widen4(address, i));
      return this.clients4.values[i]!;
    }
    const i = this.clients6.find6(words);
    const scope = this.clients6.widen6(words, i);
    // With more bits the embedded address would have been looked at, and may be of another class.
    this.scope = Math.max(scope, deciding);
    return this.clients6.values[i]!;
  }
}

/** The value of a whole address in the table of its family. */
function lookUp(v4: RangeTable, v6: RangeTable, { family, words }: AddressKey): number {
  if (family === 4) return v4.values[v4.find4(words[0]!)]!;
  const kind = findEmbedding(words);
  if (kind === EMBEDDINGS.none) return v6.values[v6.find6(words)]!;
  return v4.values[v4.find4(extractIPv4(kind, words))]!;
}
