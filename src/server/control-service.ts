import type { Log } from "../log/log.ts";
import { HEADER_OCTETS } from "../wire/message.ts";
import type { ControlDesk, ControlRequest } from "./control-desk.ts";
import type { FromControlDesk, ToControlDesk } from "./control-protocol.ts";
import { writeServfail } from "./servfail.ts";

interface Exchange {
  readonly request: ControlRequest;
  messages: Iterator<Uint8Array> | AsyncIterator<Uint8Array> | undefined;
  /** Messages handed over so far. */
  sent: number;
}

/** The control plane's side of the control messages of one thread: hears what the thread says, and posts what the desk answers. */
export class ControlService {
  readonly #desk: ControlDesk;
  readonly #post: (message: FromControlDesk) => void;
  readonly #log: Log;
  readonly #exchanges = new Map<number, Exchange>();

  constructor(desk: ControlDesk, post: (message: FromControlDesk) => void, log: Log) {
    this.#desk = desk;
    this.#post = post;
    this.#log = log;
  }

  hear(message: ToControlDesk): void {
    switch (message.type) {
      case "open":
        this.#exchanges.set(message.id, {
          request: message.request,
          messages: undefined,
          sent: 0,
        });
        break;
      case "next":
        void this.#advance(message.id);
        break;
      case "abandon":
        this.#abandon(message.id);
        break;
    }
  }

  /** For a thread that has ended. */
  close(): void {
    for (const id of [...this.#exchanges.keys()]) this.#abandon(id);
  }

  /** Never rejects. */
  async #advance(id: number): Promise<void> {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return;
    try {
      exchange.messages ??= iterate(this.#desk(exchange.request));
      const { done, value } = await exchange.messages.next();
      // Abandoned meanwhile.
      if (!this.#exchanges.has(id)) return;
      if (done === true) {
        this.#exchanges.delete(id);
        this.#post({ type: "end", id, isWhole: true });
      } else {
        exchange.sent += 1;
        // A copy: the desk may fill the same memory again, and a view would be cloned with all that it is a view of.
        this.#post({ type: "message", id, octets: value.slice() });
      }
    } catch (err) {
      this.#log.error({ err }, "Control message not answered because of a fault");
      this.#fail(id, exchange);
    }
  }

  /** SERVFAIL, as long as nothing else has been said. */
  #fail(id: number, { request, sent }: Exchange): void {
    if (!this.#exchanges.delete(id)) return;
    const octets = new Uint8Array(HEADER_OCTETS);
    if (sent > 0 || writeServfail(request.octets, request.octets.length, octets) === 0) {
      this.#post({ type: "end", id, isWhole: false });
      return;
    }
    this.#exchanges.set(id, { request, messages: [].values(), sent: 1 });
    this.#post({ type: "message", id, octets });
  }

  #abandon(id: number): void {
    const messages = this.#exchanges.get(id)?.messages;
    this.#exchanges.delete(id);
    void this.#return(messages);
  }

  async #return(messages: Exchange["messages"]): Promise<void> {
    try {
      await messages?.return?.();
    } catch (err) {
      this.#log.error({ err }, "Control message not put aside because of a fault");
    }
  }
}

function iterate(
  messages: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  return Symbol.asyncIterator in messages
    ? messages[Symbol.asyncIterator]()
    : messages[Symbol.iterator]();
}
