import type { Log } from "../log/log.ts";
import { createCancelled } from "./create-cancelled.ts";
import { formatListenAddress, isWildcard, type ListenAddress } from "./listen-address.ts";
import { createListenError, createOverlapError, type ListenError } from "./listen-error.ts";
import type { OpenedStream } from "./stream-service.ts";
import type { OpenedDatagrams } from "./udp-service.ts";

/** A listen address that is served, with the port that was given for 0. */
export type Served = ListenAddress;

export interface ListenersOptions {
  readonly openTcp: (listen: ListenAddress) => Promise<OpenedStream>;
  readonly openUdp: (listen: ListenAddress) => Promise<OpenedDatagrams>;
  /** What is opened waits for {@link Listeners.start}. */
  readonly isHeld?: boolean;
  /** An address that is in the way of one that is in use, if the process that this one takes over from has it. */
  readonly findOverlap?: (listen: ListenAddress) => string | undefined;
  readonly log: Log;
  /** Milliseconds between two tries for an address that the host does not have (yet). */
  readonly retryMs?: number;
}

const RETRY_MS = 1000;

/** How often another port is tried when the one that the kernel gave for TCP is taken for UDP. */
const PORT_ATTEMPTS = 20;

/** The listen addresses: those that are served, and those that the host does not have yet. */
export class Listeners {
  readonly served: Served[] = [];
  readonly #options: ListenersOptions;
  #waiting: ListenAddress[] = [];
  /** Opened and not started yet; undefined once they start at once. */
  #held: { start(): void }[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#held = options.isHeld === true ? [] : undefined;
  }

  /** Has everything answered that was held, and what is opened from now on. */
  start(): void {
    if (this.#isClosed) return;
    for (const opened of this.#held ?? []) opened.start();
    this.#held = undefined;
  }

  /**
   * Starts serving on every address that can be had now; goes on trying those that the host lacks.
   *
   * @throws ListenError for a port in use, and for anything else that waiting does not mend
   */
  async open(addresses: readonly ListenAddress[]): Promise<void> {
    const { log } = this.#options;
    for (const listen of addresses) {
      const error = await this.#tryOpen(listen);
      if (error === undefined) continue;
      if (!isHostLacking(error.code)) throw error;
      const address = formatListenAddress(listen);
      if (isWildcard(listen.address)) {
        log.warn({ address }, `This host has no IPv${listen.address.family}, not listening there`);
      } else {
        log.warn({ address }, "This host does not have the listen address, trying again");
        this.#waiting.push(listen);
      }
    }
    this.#schedule();
  }

  /** Ends the tries, also those that are on their way. What is served is closed by those who opened it. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#waiting.length === 0 || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#retry(), this.#options.retryMs ?? RETRY_MS);
  }

  async #retry(): Promise<void> {
    const { log } = this.#options;
    const stillWaiting: ListenAddress[] = [];
    for (const listen of this.#waiting) {
      const error = await this.#tryOpen(listen);
      if (this.#isClosed) return;
      const address = formatListenAddress(listen);
      if (error === undefined) {
        log.info({ address }, "The host has the listen address now, listening");
      } else {
        if (!isHostLacking(error.code)) log.warn({ address }, error.message);
        stillWaiting.push(listen);
      }
    }
    this.#waiting = stillWaiting;
    this.#schedule();
  }

  /** Takes TCP first: it can be given back without having swallowed a query. */
  async #tryOpen(listen: ListenAddress): Promise<ListenError | undefined> {
    const { openTcp, openUdp } = this.#options;
    const hasUdp = (listen.protocol ?? "dns") === "dns";
    for (let attempt = 1; ; attempt++) {
      let tcp: OpenedStream;
      try {
        tcp = await openTcp(listen);
      } catch (error) {
        return this.#explain("tcp", listen, codeOf(error));
      }
      const bound = { ...listen, port: tcp.port };
      try {
        const udp = hasUdp && !this.#isClosed ? [await openUdp(bound)] : [];
        // Meanwhile: nobody closes what begins to serve now.
        if (this.#isClosed) throw createCancelled();
        for (const opened of [...udp, tcp]) {
          if (this.#held === undefined) opened.start();
          else this.#held.push(opened);
        }
        this.served.push(bound);
        return undefined;
      } catch (error) {
        tcp.close();
        const code = codeOf(error);
        if (code === "EADDRINUSE" && listen.port === 0 && attempt < PORT_ATTEMPTS) continue;
        return this.#explain("udp", bound, code);
      }
    }
  }

  #explain(transport: "tcp" | "udp", listen: ListenAddress, code: string): ListenError {
    const overlap = code === "EADDRINUSE" ? this.#options.findOverlap?.(listen) : undefined;
    return overlap === undefined
      ? createListenError(transport, listen, code, this.served)
      : createOverlapError(listen, overlap, code);
  }
}

/** Does the host lack the address, or the whole address family? Both may come later. */
function isHostLacking(code: string): boolean {
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
