import type { Context } from "../answer/context.ts";
import type { Publication } from "../image/publication.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { takeRotation } from "./thread-rotation.ts";

/** The server's own ceiling for a UDP response in octets: no path fragments it (RFC 9715). */
export const UDP_LIMIT = 1232;

/** A thread's reader of the image together with what the thread keeps between queries. */
export class Reader<S extends ImageReader> {
  readonly context: Context;
  readonly #engine: Engine<S>;
  readonly #onFault: (error: unknown) => void;
  #serving: S | undefined;

  /**
   * @param counters this thread's slots
   * @param onFault told of every query whose answer threw
   */
  constructor(engine: Engine<S>, counters: Uint32Array, onFault: (error: unknown) => void) {
    this.#engine = engine;
    this.#onFault = onFault;
    this.context = {
      source: new Uint8Array(16),
      family: 4,
      stream: false,
      udpLimit: UDP_LIMIT,
      rotation: new Uint32Array(0),
      counters,
    };
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

const HEADER_LENGTH = 12;
const SERVFAIL = 2;

/** The bare header of a SERVFAIL answer; nothing but the header of the query is trusted. */
function writeServfail(query: Uint8Array, length: number, out: Uint8Array): number {
  const flags = query[2] ?? 0;
  if (length < HEADER_LENGTH || (flags & 0x80) !== 0) return 0;
  out.fill(0, 0, HEADER_LENGTH);
  out[0] = query[0] ?? 0;
  out[1] = query[1] ?? 0;
  // QR set, opcode and RD as asked (RFC 1035 §4.1.1).
  out[2] = 0x80 | (flags & 0x79);
  out[3] = SERVFAIL;
  return HEADER_LENGTH;
}
