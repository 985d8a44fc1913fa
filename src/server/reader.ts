import type { Context } from "../answer/context.ts";
import type { Publication } from "../image/publication.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { MemoryReturn } from "./memory-return.ts";
import { writeServfail } from "./servfail.ts";
import { takeRotation } from "./thread-rotation.ts";

/** A thread's reader of the image together with what the thread keeps between queries. */
export class Reader<S extends ImageReader> {
  readonly context: Context;
  readonly #engine: Engine<S>;
  readonly #onFault: (error: unknown) => void;
  readonly #memory = new MemoryReturn();
  #serving: S | undefined;

  /**
   * @param context filled in by the transport before every query
   * @param onFault told of every query whose answer threw
   */
  constructor(engine: Engine<S>, context: Context, onFault: (error: unknown) => void) {
    this.#engine = engine;
    this.#onFault = onFault;
    this.context = context;
  }

  /** False until the first publication; no query may be answered before. */
  get isReady(): boolean {
    return this.#serving !== undefined;
  }

  /** Goes on counting in `buffer`, see thread-rotation.ts; one with room for a publication has to come before it. */
  takeRotation(buffer: SharedArrayBuffer): void {
    const { context } = this;
    context.rotation = takeRotation(buffer, context.rotation);
  }

  apply(publication: Publication): void {
    const serving = this.#serving ?? this.#engine.createServing();
    serving.apply(publication);
    this.#serving = serving;
    this.#memory.note(publication);
  }

  /** Forgets the image, for one that could not be applied; the rotation goes on. */
  reset(): void {
    this.#serving = undefined;
  }

  /**
   * Answers one query. Never throws: what does is a bug of ours, and the client hears SERVFAIL.
   *
   * @returns octets written to `out`, 0 to stay silent
   */
  answer(query: Uint8Array, length: number, now: number, out: Uint8Array): number {
    if (this.#serving === undefined) return 0;
    try {
      return this.#engine.respond(query, length, this.context, this.#serving, now, out);
    } catch (error) {
      this.#onFault(error);
      return writeServfail(query, length, out);
    }
  }
}
