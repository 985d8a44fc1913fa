/** Longest query taken over a stream, in octets: none that is honest comes near. */
export const MAX_QUERY_OCTETS = 4096;

/** A message shorter than its header says nothing that could be answered. */
const MIN_QUERY_OCTETS = 12;

const PREFIX_OCTETS = 2;

/** Outcomes of {@link FrameReader.next} other than a length. */
export const INCOMPLETE = 0;
export const REFUSED = -1;

/** Where a message goes that came in one piece. One for all streams of the thread: most messages do, and are answered before the next one is read. */
const whole: Uint8Array = new Uint8Array(MAX_QUERY_OCTETS);

/** Takes a stream apart into messages, each behind its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8). */
export class FrameReader {
  /** The message that {@link next} found last; good until any reader's {@link next} is called. */
  message: Uint8Array = whole;
  #chunk: Uint8Array | undefined;
  #position = 0;
  /** Octets of the current frame that are in, its prefix included. */
  #filled = 0;
  #length = 0;

  /** Hands in what the stream brought; everything before must have been taken by {@link next}. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#position = 0;
  }

  /**
   * Finds the next message.
   *
   * @returns its length in `message`, {@link INCOMPLETE} when the stream has to bring more, {@link REFUSED} when it is out of step
   *   for good
   */
  next(): number {
    const chunk = this.#chunk;
    if (chunk === undefined) return INCOMPLETE;
    while (this.#position < chunk.length) {
      if (this.#filled < PREFIX_OCTETS) {
        this.#length = ((this.#length << 8) | (chunk[this.#position++] ?? 0)) & 0xffff;
        this.#filled += 1;
        if (this.#filled < PREFIX_OCTETS) continue;
        if (this.#length < MIN_QUERY_OCTETS || this.#length > MAX_QUERY_OCTETS) return REFUSED;
        continue;
      }
      const have = this.#filled - PREFIX_OCTETS;
      const take = Math.min(this.#length - have, chunk.length - this.#position);
      if (have === 0) this.message = take === this.#length ? whole : new Uint8Array(this.#length);
      this.message.set(chunk.subarray(this.#position, this.#position + take), have);
      this.#position += take;
      this.#filled += take;
      if (have + take < this.#length) break;
      const length = this.#length;
      this.#filled = 0;
      this.#length = 0;
      return length;
    }
    this.#chunk = undefined;
    return INCOMPLETE;
  }

  /** Has part of a message come, and the rest not yet? */
  get isWithinMessage(): boolean {
    return this.#filled > 0;
  }
}
