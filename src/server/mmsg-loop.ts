/**
 * The life of a worker thread on the fast path: it never turns the event loop; messages are taken before a batch is
 * answered, and then whole.
 */
import type { Publication } from "../image/publication.ts";
import type { ControlLink } from "./control-link.ts";
import type { FromControlDesk } from "./control-protocol.ts";
import type { ImageReader } from "./engine.ts";
import type { Libc } from "./libc.ts";
import { MmsgReply } from "./mmsg-reply.ts";
import {
  type HandOver,
  type LentDescriptor,
  MmsgSocket,
  MSG_DONTWAIT,
  MSG_WAITFORONE,
} from "./mmsg-socket.ts";
import type { Reader } from "./reader.ts";
import { threadCounter } from "./thread-counters.ts";

export type MmsgMessage =
  | { readonly type: "rotation"; readonly buffer: SharedArrayBuffer }
  | { readonly type: "publication"; readonly publication: Publication }
  | { readonly type: "socket"; readonly socket: LentDescriptor }
  | { readonly type: "control"; readonly message: FromControlDesk }
  | { readonly type: "stop" };

export interface MmsgLoop<S extends ImageReader> {
  readonly libc: Libc;
  readonly reader: Reader<S>;
  /** Word 0 rises with every message sent. */
  readonly control: Int32Array;
  /** By `threadCounter`. */
  readonly counters: Uint32Array;
  /** The next waiting message, if there is one. */
  readonly takeMessage: () => MmsgMessage | undefined;
  readonly link: ControlLink;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

/** How long the loop sleeps at most before it looks at `control` again; the sockets' own timeout is the same. */
const LOOK_UP_MS = 100;

/** The same while the control plane owes a reply. */
const LOOK_UP_SOON_MS = 2;

/** Pause after a failure that is likely to come again at once. */
const FAILURE_PAUSE_MS = 10;

/** Batches per socket that are still answered after the stop: a full receive buffer of 8 MiB holds about 170. */
const LAST_BATCHES = 256;

/** How long replies of the control plane are still waited for after the stop. */
const LAST_REPLIES_MS = 200;

const EINTR = 4;
const EAGAIN = 11;

/** Answers queries until a message says stop. */
export function runMmsgLoop<S extends ImageReader>(loop: MmsgLoop<S>): void {
  const { libc, reader, control, clock, link } = loop;
  const source = new Int32Array(reader.context.source.buffer);
  const sockets: MmsgSocket[] = [];
  const poll = new PollSet(libc);
  const reply = new MmsgReply(libc);
  let seen = -1;
  let isStopped = false;

  function takeMessages(): void {
    const newest = Atomics.load(control, 0);
    if (newest === seen) return;
    seen = newest;
    for (let message = loop.takeMessage(); message !== undefined; message = loop.takeMessage()) {
      if (message.type === "stop") {
        isStopped = true;
      } else if (message.type === "publication") {
        reader.apply(message.publication);
      } else if (message.type === "rotation") {
        reader.takeRotation(message.buffer);
      } else if (message.type === "control") {
        link.hear(message.message);
      } else {
        sockets.push(new MmsgSocket(libc, message.socket, loop.counters, handOver));
        poll.add(message.socket.descriptor);
      }
    }
  }

  /** Beyond what the control plane takes there is silence: whoever has asked asks again. */
  const handOver: HandOver = (octets, source, descriptor, route) => {
    const id = link.begin(
      { octets, source, transport: "udp" },
      {
        take: (message) => {
          if (!reply.send(descriptor, route, message)) count(threadCounter.sendFailed);
          link.abandon(id!);
        },
        end: () => {},
      },
      clock(),
    );
    if (id !== undefined) link.next(id);
  };

  function count(counter: number): void {
    loop.counters[counter] = (loop.counters[counter] ?? 0) + 1;
  }

  /** @returns false if there was nothing to answer */
  function answerBatch(socket: MmsgSocket, flags: number): boolean {
    const received = socket.receive(flags);
    if (received < 0) return false;
    // What was published while it waited holds for the queries that ended the wait.
    takeMessages();
    socket.answer(received, reader, source, clock() | 0);
    return true;
  }

  function noteFailure(): void {
    const errno = libc.errno();
    if (errno === EAGAIN || errno === EINTR) return;
    count(threadCounter.receiveFailed);
    Atomics.wait(control, 0, seen, FAILURE_PAUSE_MS);
  }

  try {
    for (;;) {
      takeMessages();
      if (isStopped) break;
      const only = sockets[0];
      if (!reader.isReady || only === undefined) {
        Atomics.wait(control, 0, seen, LOOK_UP_MS);
      } else if (sockets.length === 1 && link.open === 0) {
        // One system call fewer per batch than polling.
        if (!answerBatch(only, MSG_WAITFORONE)) noteFailure();
      } else {
        const ready = poll.wait(link.open === 0 ? LOOK_UP_MS : LOOK_UP_SOON_MS);
        if (ready < 0) noteFailure();
        for (let i = 0; ready > 0 && i < sockets.length; i++) {
          const socket = sockets[i] as MmsgSocket;
          if (!poll.isReady(i)) continue;
          if (!answerBatch(socket, MSG_DONTWAIT)) noteFailure();
        }
      }
    }
    // What was queued when the stop came.
    for (const socket of reader.isReady ? sockets : []) {
      for (let batch = 0; batch < LAST_BATCHES && answerBatch(socket, MSG_DONTWAIT); batch++);
    }
    // And what the control plane owes of it.
    for (const end = clock() + LAST_REPLIES_MS; link.open > 0 && clock() < end; takeMessages()) {
      Atomics.wait(control, 0, seen, LOOK_UP_SOON_MS);
    }
  } finally {
    for (const socket of sockets) socket.free();
    poll.free();
    reply.free();
  }
}

const POLLIN = 1;
const POLLFD_OCTETS = 8;
const MAX_DESCRIPTORS = 1024;

/** An array of struct pollfd. */
class PollSet {
  readonly #libc: Libc;
  readonly #memory: ReturnType<Libc["allocate"]>;
  readonly #view: DataView;
  #count = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#memory = libc.allocate(MAX_DESCRIPTORS * POLLFD_OCTETS);
    this.#view = new DataView(this.#memory.octets);
  }

  add(descriptor: number): void {
    this.#view.setInt32(this.#count * POLLFD_OCTETS, descriptor, true);
    this.#view.setInt16(this.#count * POLLFD_OCTETS + 4, POLLIN, true);
    this.#count += 1;
  }

  wait(timeoutMs: number): number {
    return this.#libc.poll(this.#memory.address, this.#count, timeoutMs);
  }

  /** True as well if the socket has an error to hand out. */
  isReady(index: number): boolean {
    return this.#view.getInt16(index * POLLFD_OCTETS + 6, true) !== 0;
  }

  free(): void {
    this.#libc.free(this.#memory);
  }
}
