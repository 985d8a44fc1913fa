import type { RRset } from "../zone/model.ts";
import type { TransferRecord } from "./message-packer.ts";

/** Octets a record takes beside its owner and rdata: type, TTL, lengths. */
const HEAD_OCTETS = 9;

/** Records, packed: no object each. */
export class RecordList {
  #octets = new Uint8Array(256);
  #length = 0;
  #count = 0;

  get octets(): number {
    return this.#length;
  }

  get count(): number {
    return this.#count;
  }

  add({ owner, type, ttl, rdata }: TransferRecord): void {
    const start = this.#length;
    const end = start + HEAD_OCTETS + owner.length + rdata.length;
    this.#reserve(end);
    const view = new DataView(this.#octets.buffer, start);
    view.setUint16(0, type);
    view.setUint32(2, ttl);
    view.setUint8(6, owner.length);
    view.setUint16(7, rdata.length);
    this.#octets.set(owner, start + HEAD_OCTETS);
    this.#octets.set(rdata, start + HEAD_OCTETS + owner.length);
    this.#length = end;
    this.#count++;
  }

  addAll({ owner, type, ttl, rdata }: RRset): void {
    for (const data of rdata) this.add({ owner, type, ttl, rdata: data });
  }

  /** Gives back memory that was reserved for more. */
  trim(): void {
    this.#octets = this.#octets.slice(0, this.#length);
  }

  /** Equal for equal records. @param at where one starts */
  *entries(): Generator<{ readonly key: string; readonly record: TransferRecord }> {
    for (let at = 0; at < this.#length; ) {
      const { record, end } = this.#read(at);
      const { buffer } = this.#octets;
      yield { key: Buffer.from(buffer, at, end - at).toString("latin1"), record };
      at = end;
    }
  }

  *[Symbol.iterator](): Generator<TransferRecord> {
    for (let at = 0; at < this.#length; ) {
      const { record, end } = this.#read(at);
      yield record;
      at = end;
    }
  }

  #read(at: number): { readonly record: TransferRecord; readonly end: number } {
    const view = new DataView(this.#octets.buffer, at);
    const ownerAt = at + HEAD_OCTETS;
    const rdataAt = ownerAt + view.getUint8(6);
    const end = rdataAt + view.getUint16(7);
    const record = {
      owner: this.#octets.subarray(ownerAt, rdataAt),
      type: view.getUint16(0),
      ttl: view.getUint32(2),
      rdata: this.#octets.subarray(rdataAt, end),
    };
    return { record, end };
  }

  #reserve(octets: number): void {
    if (octets <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(octets, this.#octets.length * 2));
    grown.set(this.#octets.subarray(0, this.#length));
    this.#octets = grown;
  }
}
