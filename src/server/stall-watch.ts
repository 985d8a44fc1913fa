import { CHECK_INTERVAL_MS } from "./conversation.ts";

/** Watches whether a client that has answers waiting takes any. */
export class StallWatch {
  #backlog = 0;
  /** Since when the backlog has not shrunk. */
  #since = 0;

  /**
   * @param backlog octets that wait at this look
   * @param now milliseconds of the next look
   * @returns for how long none will have been taken by then; undefined if nothing waits
   */
  look(backlog: number, now: number): number | undefined {
    if (this.#backlog === 0 || backlog < this.#backlog) this.#since = now - CHECK_INTERVAL_MS;
    this.#backlog = backlog;
    return backlog === 0 ? undefined : now - this.#since;
  }
}
