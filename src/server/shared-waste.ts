/** What may lie about before the collector is told. */
const MAX_UNTOLD_OCTETS = 32 * 2 ** 20;
/** Until then whoever hands over what is new has let go of what was there before. */
const LATER_MS = 1000;

/**
 * Tells V8 of shared memory that a thread with an event loop has dropped. V8 does not count shared memory, so a thread that
 * makes little other garbage keeps it for hours. Memory of its own it counts as soon as it is reserved: as much of it, never
 * touched and dropped at once, makes the collector look around, in small steps.
 */
export class SharedWaste {
  readonly #reserve: (octets: number) => unknown;
  readonly #defer: (run: () => void) => unknown;
  #octets = 0;

  constructor(
    reserve: (octets: number) => unknown = (octets) => new ArrayBuffer(octets),
    defer: (run: () => void) => unknown = (run) => setTimeout(run, LATER_MS).unref(),
  ) {
    this.#reserve = reserve;
    this.#defer = defer;
  }

  /** @param octets dropped */
  note(octets: number): void {
    this.#octets += octets;
    if (this.#octets < MAX_UNTOLD_OCTETS) return;
    const told = this.#octets;
    this.#octets = 0;
    this.#defer(() => this.#tell(told));
  }

  #tell(octets: number): void {
    try {
      this.#reserve(octets);
    } catch {
      // Address space is short: V8 has looked around before it said so.
    }
  }
}
