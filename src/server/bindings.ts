import type { FromWorker } from "./worker-protocol.ts";

/** What became of a wish. */
export interface Bound {
  readonly id: number;
  /** The one wished for, unless that was 0. */
  readonly port: number;
}

interface Entry<Wish> {
  wish: Wish;
  readonly settle: (error: NodeJS.ErrnoException | undefined) => void;
}

/** The sockets that a thread is to open, on the side of the main thread: what is wished for, and what became of it. */
export class Bindings<Wish extends { readonly port: number }> {
  readonly #entries = new Map<number, Entry<Wish>>();
  #nextId = 0;

  /**
   * Notes a wish, which the caller tells the thread.
   *
   * @returns its number, and what becomes of it; rejects with an error that has the `code` of the system call
   */
  add(wish: Wish): { readonly id: number; readonly bound: Promise<Bound> } {
    const id = this.#nextId++;
    const bound = new Promise<Bound>((resolve, reject) => {
      const settle = (error: NodeJS.ErrnoException | undefined): void => {
        if (error === undefined) resolve({ id, port: entry.wish.port });
        else reject(error);
      };
      const entry: Entry<Wish> = { wish, settle };
      this.#entries.set(id, entry);
    });
    return { id, bound };
  }

  remove(id: number): void {
    this.#entries.delete(id);
  }

  /** @returns the wish that failed */
  hear(message: Extract<FromWorker, { type: "bound" | "bindFailed" }>): Wish | undefined {
    const entry = this.#entries.get(message.id);
    if (entry === undefined) return undefined;
    if (message.type === "bound") {
      // A thread that replaces this one binds the same port.
      entry.wish = { ...entry.wish, port: message.port };
      entry.settle(undefined);
      return undefined;
    }
    const { code } = message;
    this.#entries.delete(message.id);
    entry.settle(Object.assign(new Error(`bind ${code}`), { code }));
    return entry.wish;
  }

  /** All wishes that have not failed. */
  list(): [id: number, wish: Wish][] {
    return [...this.#entries].map(([id, { wish }]) => [id, wish]);
  }
}
