import { RangeAllocator } from "./range-allocator.ts";

/** Location maps that have been published (by number) or are needed no more (null), since the publication before. */
export type ChangedMaps = [number: number, map: SharedArrayBuffer | null][];

/** The location maps that are published, one for all plans that tell clients apart alike. */
export class ServedMaps {
  readonly #byKey = new Map<string, { readonly number: number; users: number }>();
  readonly #numbers = new RangeAllocator();

  /** @returns the number of the map, for one more plan */
  take(
    { key, map }: { readonly key: string; readonly map: SharedArrayBuffer },
    changed: ChangedMaps,
  ): number {
    let served = this.#byKey.get(key);
    if (served === undefined) {
      served = { number: this.#numbers.take(1), users: 0 };
      this.#byKey.set(key, served);
      changed.push([served.number, map]);
    }
    served.users++;
    return served.number;
  }

  /** A plan has no use for it any more. */
  release(key: string, changed: ChangedMaps): void {
    const served = this.#byKey.get(key);
    if (served === undefined || --served.users > 0) return;
    this.#byKey.delete(key);
    this.#numbers.release(served.number, 1);
    changed.push([served.number, null]);
  }
}
