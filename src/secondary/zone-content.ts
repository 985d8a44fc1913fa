import type { Name, RRset } from "../zone/model.ts";

/** Above this many records an RRset is looked up in, not looked through. */
const SMALL_RRSET = 8;

/** The records of a zone on their way from one version to the next. Owners are lower case. */
export class ZoneContent {
  readonly #rrsets = new Map<string, ContentRRset>();
  #records = 0;

  get records(): number {
    return this.#records;
  }

  /**
   * Adds a record. All records of an RRset have the lowest TTL of any (RFC 2181 §5.2).
   *
   * @returns false if it is there already
   */
  add(owner: Name, type: number, ttl: number, rdata: Uint8Array): boolean {
    const key = keyOf(owner, type);
    let rrset = this.#rrsets.get(key);
    if (rrset === undefined) {
      rrset = { owner, type, ttl, rdata: [] };
      this.#rrsets.set(key, rrset);
    } else if (has(rrset, rdata)) return false;
    rrset.ttl = Math.min(rrset.ttl, ttl);
    insert(rrset, rdata);
    this.#records++;
    return true;
  }

  /** Removes a record, whatever its TTL. @returns false if it is not there */
  remove(owner: Name, type: number, rdata: Uint8Array): boolean {
    const key = keyOf(owner, type);
    const rrset = this.#rrsets.get(key);
    if (rrset === undefined || !erase(rrset, rdata)) return false;
    this.#records--;
    if (sizeOf(rrset) === 0) this.#rrsets.delete(key);
    return true;
  }

  clear(): void {
    this.#rrsets.clear();
    this.#records = 0;
  }

  /** The RRset of a name and type. */
  find(owner: Name, type: number): RRset | undefined {
    const rrset = this.#rrsets.get(keyOf(owner, type));
    return rrset && finish(rrset);
  }

  /** All RRsets, in the order their first records came. */
  list(): RRset[] {
    return Array.from(this.#rrsets.values(), finish);
  }
}

interface ContentRRset {
  readonly owner: Name;
  readonly type: number;
  ttl: number;
  rdata: Uint8Array[] | Map<string, Uint8Array>;
}

function has({ rdata }: ContentRRset, wanted: Uint8Array): boolean {
  return rdata instanceof Map
    ? rdata.has(keyOfOctets(wanted))
    : rdata.some((one) => Buffer.compare(one, wanted) === 0);
}

function insert(rrset: ContentRRset, added: Uint8Array): void {
  const { rdata } = rrset;
  if (rdata instanceof Map) rdata.set(keyOfOctets(added), added);
  else if (rdata.length < SMALL_RRSET) rdata.push(added);
  else rrset.rdata = new Map([...rdata, added].map((one) => [keyOfOctets(one), one]));
}

function erase({ rdata }: ContentRRset, removed: Uint8Array): boolean {
  if (rdata instanceof Map) return rdata.delete(keyOfOctets(removed));
  const index = rdata.findIndex((one) => Buffer.compare(one, removed) === 0);
  if (index >= 0) rdata.splice(index, 1);
  return index >= 0;
}

function sizeOf({ rdata }: ContentRRset): number {
  return rdata instanceof Map ? rdata.size : rdata.length;
}

function finish({ owner, type, ttl, rdata }: ContentRRset): RRset {
  return { owner, type, ttl, rdata: [...rdata.values()], answers: undefined };
}

function keyOf(owner: Name, type: number): string {
  return `${keyOfOctets(owner)}/${type}`;
}

function keyOfOctets(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
}
