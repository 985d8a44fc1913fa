/** For how long a primary that did not answer is asked after the others. */
const SHUN_MS = 60_000;

/**
 * The primaries that did not answer when they were asked last, by address and port, or not in a way that can be trusted,
 * by the key, too: thousands of zones must not each find out for themselves, one after the other, while another primary has
 * them.
 */
export class SilentPrimaries {
  readonly #now: () => number;
  /** Until when they are taken for silent. */
  readonly #until = new Map<string, number>();

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes note of whether a primary has answered. */
  note(primary: string, isSilent: boolean): void {
    if (isSilent) this.#until.set(primary, this.#now() + SHUN_MS);
    else this.#until.delete(primary);
  }

  /** Whether to ask others first. */
  isShunned(primary: string): boolean {
    return (this.#until.get(primary) ?? Number.NEGATIVE_INFINITY) > this.#now();
  }

  /** It is about to be asked: if it was silent before, others need not try it until that one knows. */
  noteTry(primary: string): void {
    if (this.#until.has(primary)) this.note(primary, true);
  }
}
