import type { Socket } from "node:net";
import type { Address } from "../address/address.ts";
import { ConnectionControl } from "./connection-control.ts";
import { sourceKey, type TableEntry } from "./connection-table.ts";
import type { ControlLink } from "./control-link.ts";
import { FrameReader, INCOMPLETE, REFUSED } from "./frame-reader.ts";
import type { TcpLimits } from "./tcp-limits.ts";

/** What a connection needs of the service it belongs to. */
export interface ConnectionHost {
  readonly limits: TcpLimits;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** False until there is an image to answer from. */
  readonly isReady: () => boolean;
  /** Writes the answer into `out`, of at least 65 535 octets; returns its length, 0 for none. */
  readonly answer: (
    query: Uint8Array,
    length: number,
    source: Address,
    now: number,
    out: Uint8Array,
  ) => number;
  /** Is this a message for the control plane? */
  readonly isControl: (query: Uint8Array, length: number, source: Address) => boolean;
  readonly control: ControlLink;
  /** Told after every batch of queries, not of a mere part of one. */
  readonly onActive: (connection: TcpConnection) => void;
}

/** Queries answered before the event loop gets its turn, so that no connection starves the others. */
const BATCH_QUERIES = 64;

/** Answers not yet taken by the kernel at which no more are made, in octets. */
const BUFFERED_OCTETS = 64 * 1024;

const PREFIX_OCTETS = 2;
const MAX_MESSAGE_OCTETS = 65_535;

/** Room for a batch that is just below the limit, and one answer more. One for all connections: answering is synchronous. */
const batch: Uint8Array = new Uint8Array(BUFFERED_OCTETS + PREFIX_OCTETS + MAX_MESSAGE_OCTETS);

/** How often {@link TcpConnection.check} is called, in milliseconds. */
export const CHECK_INTERVAL_MS = 250;

/**
 * One TCP client: its queries are answered in the order they came (RFC 7766 §6.2.1.1 lets it send many at once), but for those that
 * the control plane answers, for which no other waits.
 */
export class TcpConnection implements TableEntry {
  readonly source: string;
  activeAt: number;
  readonly #socket: Socket;
  readonly #address: Address;
  readonly #host: ConnectionHost;
  readonly #frames = new FrameReader();
  readonly #control: ConnectionControl;
  /** A message for which the control plane has no room yet; nothing behind it is read before it has. */
  #held: Uint8Array | undefined;
  /** When the first octet of the message that is coming in was seen. */
  #messageSince: number | undefined;
  /** The write backlog at the last check, and since when it has not shrunk. */
  #backlog = 0;
  #stalledSince = 0;
  #isTurnPending = false;
  /** Nothing more will be answered. */
  #isFinished = false;
  #isEndWanted = false;
  /** The rest of the stream is out of step and not read. */
  #isDeaf = false;

  constructor(socket: Socket, address: Address, host: ConnectionHost) {
    this.#socket = socket;
    this.#address = address;
    this.#host = host;
    this.source = sourceKey(address);
    this.activeAt = host.now();
    this.#control = new ConnectionControl(host.control, {
      send: (octets) => this.#send(octets),
      backlog: () => socket.writableLength,
      onEnd: (isWhole) => {
        if (isWhole) this.#work();
        else this.destroy();
      },
    });
    socket.on("data", (chunk: Uint8Array) => {
      this.#frames.push(chunk);
      this.#work();
    });
    socket.on("end", () => this.end());
    socket.on("drain", () => {
      this.#control.pull();
      this.#work();
    });
    socket.on("close", () => this.#control.close());
    // Resets and the like are the client's business; "close" follows.
    socket.on("error", () => {});
  }

  /** Answers what waited for the first image. */
  resume(): void {
    this.#work();
  }

  /** Ends the connection once the queries that are in are answered. */
  end(): void {
    this.#isEndWanted = true;
    this.#work();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Ends the connection if the client took too long over anything. Every limit is kept by closing at the last check before
   * it, not at the first one after.
   */
  check(): void {
    const now = this.#host.now();
    if (this.#isOverdue(now + CHECK_INTERVAL_MS)) this.destroy();
    else if (this.#held !== undefined) this.#work();
  }

  #isOverdue(now: number): boolean {
    const { limits } = this.#host;
    const backlog = this.#socket.writableLength;
    if (this.#backlog === 0 || backlog < this.#backlog) this.#stalledSince = this.#host.now();
    this.#backlog = backlog;
    if (backlog > 0) return now - this.#stalledSince > limits.stallMs;
    if (this.#control.open > 0) return now - this.activeAt > limits.replyMs;
    if (this.#messageSince !== undefined) return now - this.#messageSince > limits.messageMs;
    return now - this.activeAt > limits.idleMs;
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
      if ((this.#isDeaf || this.#isEndWanted) && this.#control.open === 0) this.#finish();
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
      this.activeAt = now;
      this.#messageSince = undefined;
      this.#host.onActive(this);
    }
    if (this.#frames.isWithinMessage) this.#messageSince ??= now;
    if (this.#held !== undefined) return "held";
    if (length === REFUSED) return "refused";
    return length === INCOMPLETE ? "done" : "more";
  }

  #appendAnswer(length: number, used: number, now: number): number {
    const { message } = this.#frames;
    if (this.#host.isControl(message, length, this.#address)) {
      this.#handOver(message.slice(0, length), now);
      return used;
    }
    const out = batch.subarray(used + PREFIX_OCTETS);
    const answered = this.#host.answer(message, length, this.#address, now, out);
    if (answered === 0) return used;
    batch[used] = answered >> 8;
    batch[used + 1] = answered & 0xff;
    return used + PREFIX_OCTETS + answered;
  }

  /** Gives a message to the control plane, or keeps it until that has room. */
  #handOver(octets: Uint8Array, now: number): void {
    const request = { octets, source: this.#address, transport: "tcp" } as const;
    this.#held = this.#control.begin(request, now) ? undefined : octets;
  }

  #send(octets: Uint8Array): void {
    const framed = Buffer.allocUnsafe(PREFIX_OCTETS + octets.length);
    framed.writeUInt16BE(octets.length);
    framed.set(octets, PREFIX_OCTETS);
    this.#socket.write(framed);
    this.activeAt = this.#host.now();
    this.#host.onActive(this);
  }

  /** Sends what is waiting, then closes, whether or not the client does. */
  #finish(): void {
    this.#isFinished = true;
    this.#socket.destroySoon();
  }
}
