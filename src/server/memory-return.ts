/**
 * Gives back the memory of what is served no more. The collector of a thread that makes no garbage hardly ever runs, and
 * does not count shared memory, of which a few objects may hold hundreds of megabytes.
 */
import { setFlagsFromString } from "node:v8";
import type { Publication } from "../image/publication.ts";

/** What may lie about: collecting takes a thread that answers two milliseconds. */
const MAX_WASTE_OCTETS = 32 * 2 ** 20;

export type Collect = (options: { type: "major"; execution: "sync" }) => unknown;

/** Lets every thread that is started from now on see V8's collector. */
export function exposeCollector(): void {
  setFlagsFromString("--expose-gc");
}

/** One thread's. */
export class MemoryReturn {
  readonly #collect: Collect | undefined;
  #octets = 0;

  /** @param collect the collector of this thread; undefined: it cannot be seen, and runs when it likes */
  constructor(collect: Collect | undefined = globalThis.gc) {
    this.#collect = collect;
  }

  /** Takes note of a publication that has been applied: what it replaces is about as large as what it brings. */
  note({ segments, maps, steering }: Publication): void {
    for (const [, part] of segments) this.#octets += part?.byteLength ?? 0;
    for (const [, part] of maps) this.#octets += part?.byteLength ?? 0;
    this.#octets += steering?.byteLength ?? 0;
    if (this.#octets < MAX_WASTE_OCTETS) return;
    this.#octets = 0;
    this.#collect?.({ type: "major", execution: "sync" });
  }
}
