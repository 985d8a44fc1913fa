import type { Socket } from "node:net";
import { ConnectionControl } from "./connection-control.ts";
import type { Conversation, ConversationHost } from "./conversation.ts";
import { FrameReader, INCOMPLETE, REFUSED } from "./frame-reader.ts";
import { StallWatch } from "./stall-watch.ts";

/** Queries answered before the event loop gets its turn, so that no connection starves the others. */
const BATCH_QUERIES = 64;

/** Answers not yet taken by the kernel at which no more are made, in octets. */
const BUFFERED_OCTETS = 64 * 1024;

const PREFIX_OCTETS = 2;
const MAX_MESSAGE_OCTETS = 65_535;

/** Room for a batch that is just below the limit, and one answer more. One for all connections: answering is synchronous. */
const batch: Uint8Array = new Uint8Array(BUFFERED_OCTETS + PREFIX_OCTETS + MAX_MESSAGE_OCTETS);

/**
 * DNS messages over TCP or TLS: queries are answered in the order they came (RFC 7766 §6.2.1.1 lets it send many at once), but for those that
 * the control plane answers, for which no other waits.
 */
export class StreamConversation implements Conversation {
  readonly #socket: Socket;
  readonly #host: ConversationHost;
  readonly #frames = new FrameReader();
  /** Most connections have nothing for the control plane, and do without. */
  #control: ConnectionControl | undefined;
  /** A message for which the control plane has no room yet; nothing behind it is read before it has. */
  #held: Uint8Array | undefined;
  /** When the first octet of the message that is coming in was seen. */
  #messageSince: number | undefined;
  readonly #stall = new StallWatch();
  /** The client gets a zone, which takes its time. */
  #isTransferring = false;
  #isTurnPending = false;
  /** Nothing more will be answered. */
  #isFinished = false;
  #isEndWanted = false;
  /** The rest of the stream is out of step and not read. */
  #isDeaf = false;

  constructor(socket: Socket, host: ConversationHost) {
    this.#socket = socket;
    this.#host = host;
    socket.on("data", (chunk: Uint8Array) => {
      this.#frames.push(chunk);
      this.#work();
    });
    socket.on("end", () => this.end());
    // Whoever read the header of a proxy has left it paused.
    socket.resume();
    socket.on("drain", () => {
      this.#control?.pull();
      this.#work();
    });
    // Resets and the like are the client's business; "close" follows.
    socket.on("error", () => {});
  }

  resume(): void {
    this.#work();
  }

  end(): void {
    this.#isEndWanted = true;
    this.#work();
  }

  takeLeave(): boolean {
    return false;
  }

  isOverdue(activeAt: number, now: number): boolean {
    const { limits } = this.#host;
    const stalledMs = this.#stall.look(this.#socket.writableLength, now);
    if (stalledMs !== undefined) {
      return stalledMs > (this.#isTransferring ? limits.transferStallMs : limits.stallMs);
    }
    if (this.#openReplies === 0) this.#isTransferring = false;
    // The control plane may have room by now.
    if (this.#held !== undefined) this.#work();
    if (this.#openReplies > 0) return now - activeAt > limits.replyMs;
    if (this.#messageSince !== undefined) return now - this.#messageSince > limits.messageMs;
    return now - activeAt > limits.idleMs;
  }

  /** Answers until the input, the batch or the client's willingness to read is used up, and sees to what comes next. */
  #work(): void {
    if (this.#isTurnPending || this.#isFinished || !this.#host.isReady()) {
      if (!this.#isFinished) this.#socket.pause();
      return;
    }
    if (this.#socket.writableLength > BUFFERED_OCTETS) {
      // "drain" calls again.
      this.#socket.pause();
      return;
    }
    const outcome = this.#isDeaf ? "done" : this.#answerBatch();
    if (outcome === "held") {
      this.#socket.pause();
    } else if (outcome === "more") {
      this.#socket.pause();
      if (this.#socket.writableLength > BUFFERED_OCTETS) return;
      this.#isTurnPending = true;
      setImmediate(() => {
        this.#isTurnPending = false;
        this.#work();
      });
    } else {
      if (outcome === "refused") this.#isDeaf = true;
      if ((this.#isDeaf || this.#isEndWanted) && this.#openReplies === 0) this.#finish();
      // Deaf or not: whoever has stopped reading does not see the client go.
      else this.#socket.resume();
    }
  }

  /** Answers up to {@link BATCH_QUERIES} queries with one write. */
  #answerBatch(): "more" | "done" | "refused" | "held" {
    const now = this.#host.now();
    if (this.#held !== undefined) this.#handOver(this.#held, now);
    let used = 0;
    let count = 0;
    let length = INCOMPLETE;
    while (count < BATCH_QUERIES && used <= BUFFERED_OCTETS && this.#held === undefined) {
      length = this.#frames.next();
      if (length === INCOMPLETE || length === REFUSED) break;
      count += 1;
      used = this.#appendAnswer(length, used, now);
    }
    // A copy: the kernel may take it only after the next batch is made.
    if (used > 0) this.#socket.write(Buffer.from(batch.subarray(0, used)));
    if (count > 0) {
      this.#messageSince = undefined;
      this.#host.noteActive(now);
    }
    if (this.#frames.isWithinMessage) this.#messageSince ??= now;
    if (this.#held !== undefined) return "held";
    if (length === REFUSED) return "refused";
    return length === INCOMPLETE ? "done" : "more";
  }

  #appendAnswer(length: number, used: number, now: number): number {
    const { message } = this.#frames;
    if (this.#host.isControl(message, length)) {
      this.#handOver(message.slice(0, length), now);
      return used;
    }
    const out = batch.subarray(used + PREFIX_OCTETS);
    const answered = this.#host.answer(message, length, now, out);
    if (answered === 0) return used;
    batch[used] = answered >> 8;
    batch[used + 1] = answered & 0xff;
    return used + PREFIX_OCTETS + answered;
  }

  /** Gives a message to the control plane, or keeps it until that has room. */
  #handOver(octets: Uint8Array, now: number): void {
    const { client, transport } = this.#host;
    const request = { octets, source: client, transport };
    this.#control ??= this.#openControl();
    this.#held = this.#control.begin(request, now) ? undefined : octets;
  }

  #openControl(): ConnectionControl {
    const socket = this.#socket;
    const control = new ConnectionControl(this.#host.link, {
      send: (octets, isFurther) => {
        this.#isTransferring ||= isFurther;
        this.#send(octets);
      },
      backlog: () => socket.writableLength,
      onEnd: (isWhole) => {
        if (isWhole) this.#work();
        else socket.destroy();
      },
    });
    socket.on("close", () => control.close());
    return control;
  }

  /** Replies of the control plane that are under way. */
  get #openReplies(): number {
    return this.#control?.open ?? 0;
  }

  #send(octets: Uint8Array): void {
    const framed = Buffer.allocUnsafe(PREFIX_OCTETS + octets.length);
    framed.writeUInt16BE(octets.length);
    framed.set(octets, PREFIX_OCTETS);
    this.#socket.write(framed);
    this.#host.noteActive(this.#host.now());
  }

  /** Sends what is waiting, then closes, whether or not the client does. */
  #finish(): void {
    this.#isFinished = true;
    const socket = this.#socket;
    // With nothing left to send or to read, closing says all that a shutdown would; TLS has its own word for it.
    if (this.#host.transport === "tcp" && socket.readableEnded && socket.writableLength === 0) {
      socket.destroy();
    } else {
      socket.destroySoon();
    }
  }
}
