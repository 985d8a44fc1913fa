/**
 * Which class a client belongs to: the rules of a steered name, laid over the address space once and looked up per
 * query. `compile-location-map.ts` writes what is read here; this is all of steering that the query path sees.
 *
 * Header in 32-bit words: whether the client matters at all (0: it does not), the offsets in octets of the tables of
 * clients (IPv4, IPv6), of resolvers (IPv4, IPv6; 0 where the client tables serve for them, too) and of the classes by
 * row and column, 16 bits each; the number of columns.
 *
 * A value of a client table is a class, or `LOCATION_UNKNOWN` with the row of clients of whom nothing but the address is
 * known: their class depends on where their resolver is. A value of a resolver table is the column of its place. Without
 * such a table there is one column, that of resolvers of whom nothing is known either: others have the class that
 * they would have as clients.
 */
import {
  countDecidingBits,
  EMBEDDINGS,
  extractIPv4,
  findEmbedding,
  translateScope,
} from "../address/embedded.ts";
import type { AddressKey } from "../address/key.ts";
import type { RangeList } from "../address/range-list.ts";
import { RangeTable } from "../address/range-table.ts";

export const HEADER_WORDS = 7;
export const LOCATION_UNKNOWN = 0x8000;

/** The content of a map, as the head of this file describes it. */
export interface LocationTables {
  readonly clients: readonly [v4: RangeList, v6: RangeList];
  /** Undefined: those of clients serve for resolvers, too. */
  readonly resolvers: readonly [v4: RangeList, v6: RangeList] | undefined;
  /** By row and column. */
  readonly classes: Uint16Array;
  readonly columns: number;
}

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
  private readonly columns: number;

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
    this.columns = header[6]!;
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
    // Nothing is known of where the client is: its resolver's place counts.
    const row = value & ~LOCATION_UNKNOWN;
    if (this.resolvers4 === undefined || this.resolvers6 === undefined) {
      const own = lookUp(this.clients4, this.clients6, resolver);
      return own < LOCATION_UNKNOWN ? own : this.classes[row]!;
    }
    const column = lookUp(this.resolvers4, this.resolvers6, resolver);
    return this.classes[row * this.columns + column]!;
  }

  /** The ranges of addresses whose clients are all treated alike, for use off the query path; the values mean nothing. */
  listClients(): readonly [v4: RangeList, v6: RangeList] {
    return [this.clients4.list(), this.clients6.list()];
  }

  /** All that it goes by, for use off the query path. */
  listTables(): LocationTables {
    const { resolvers4, resolvers6, classes, columns } = this;
    const isApart = resolvers4 !== undefined && resolvers6 !== undefined;
    return {
      clients: this.listClients(),
      resolvers: isApart ? [resolvers4.list(), resolvers6.list()] : undefined,
      classes,
      columns,
    };
  }

  private findClient(client: AddressKey): number {
    const { words } = client;
    if (client.family === 4) {
      const i = this.clients4.find4(words[0]! | 0);
      this.scope = this.clients4.widen4(words[0]! | 0, i);
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
  if (family === 4) return v4.values[v4.find4(words[0]! | 0)]!;
  const kind = findEmbedding(words);
  if (kind === EMBEDDINGS.none) return v6.values[v6.find6(words)]!;
  return v4.values[v4.find4(extractIPv4(kind, words))]!;
}
