import { expect, it } from "vitest";
import { ECHO, echoOptions, echoPublication, echoQuery } from "../../test/support/echo-engine.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { createContext } from "../answer/context.ts";
import type { ImageReader } from "./engine.ts";
import type { Libc, Memory } from "./libc.ts";
import { MmsgSocket, MSG_DONTWAIT } from "./mmsg-socket.ts";
import { Reader } from "./reader.ts";
import { BATCH_SIZES, THREAD_COUNTERS, threadCounter } from "./thread-counters.ts";

interface Datagram {
  readonly from: number;
  readonly query: Uint8Array;
}

interface Sent {
  readonly to: number;
  readonly id: number;
  readonly control: number;
}

/** A kernel of IPv4 that reads and writes the structures as Linux does, in memory whose addresses straddle 2^32. */
class FakeKernel {
  incoming: Datagram[] = [];
  readonly sent: Sent[] = [];
  /** What the next calls of sendmmsg take, -1 for a failure; then everything. */
  takes: number[] = [];
  calls = 0;
  #memory: Memory | undefined;

  readonly libc = {
    allocate: (length: number): Memory => {
      this.#memory = { address: 0xffff_f000n, octets: new ArrayBuffer(length), handle: 1 };
      return this.#memory;
    },
    recvmmsg: (_: number, headers: bigint, count: number): number => {
      const taken = this.incoming.splice(0, count);
      for (const [i, { from, query }] of taken.entries()) {
        const header = this.#at(headers) + i * 64;
        const name = this.#pointer(header);
        this.#view.setUint16(name, 2, true);
        this.#view.setUint16(name + 2, from);
        this.#view.setUint32(name + 4, 0x7f00_0001);
        const vector = this.#pointer(header + 16);
        new Uint8Array(this.#view.buffer).set(query, this.#pointer(vector));
        this.#view.setUint32(header + 56, query.length, true);
        const room = this.#view.getUint32(header + 40, true);
        if (room > 0) this.#writeControl(this.#pointer(header + 32), from);
        // An odd port stands for a packet without control message.
        this.#view.setUint32(header + 40, from % 2 === 0 ? Math.min(room, 32) : 0, true);
      }
      return taken.length === 0 ? -1 : taken.length;
    },
    sendmmsg: (_: number, headers: bigint, count: number): number => {
      this.calls += 1;
      const taken = Math.min(this.takes.shift() ?? count, count);
      for (let i = 0; i < taken; i++) {
        const header = this.#at(headers) + i * 64;
        const packet = this.#pointer(this.#pointer(header + 16));
        const controlLength = this.#view.getUint32(header + 40, true);
        this.sent.push({
          to: this.#view.getUint16(this.#pointer(header) + 2),
          id: this.#view.getUint16(packet),
          control: controlLength === 0 ? -1 : this.#readControl(this.#pointer(header + 32)),
        });
      }
      return taken;
    },
  } as unknown as Libc;

  get #view(): DataView {
    return new DataView(this.#memory!.octets);
  }

  #at(address: bigint): number {
    return Number(address - this.#memory!.address);
  }

  #pointer(at: number): number {
    return this.#at(this.#view.getBigUint64(at, true));
  }

  #writeControl(at: number, specificDestination: number): void {
    this.#view.setUint32(at + 16, 42, true);
    this.#view.setUint32(at + 20, specificDestination);
  }

  /** The source address the answer asks for; -2 if it is tied to an interface. */
  #readControl(at: number): number {
    return this.#view.getUint32(at + 16, true) === 0 ? this.#view.getUint32(at + 20) : -2;
  }
}

function setUp(hasPacketInfo: boolean): {
  kernel: FakeKernel;
  answer: () => number;
  counters: Uint32Array;
} {
  const kernel = new FakeKernel();
  const counters = new Uint32Array(THREAD_COUNTERS);
  const context = createContext(new Uint32Array(4), DEFAULT_ANSWER_SETTINGS);
  const reader = new Reader<ImageReader>(echoOptions.engine, context, () => {});
  reader.apply(echoPublication(1));
  const source = new Int32Array(reader.context.source.buffer);
  const lent = { descriptor: 3, family: 4, hasPacketInfo, proxies: [] } as const;
  const socket = new MmsgSocket(kernel.libc, lent, counters, () => {});
  return {
    kernel,
    counters,
    answer: () => {
      const received = socket.receive(MSG_DONTWAIT);
      if (received > 0) socket.answer(received, reader, source, 0);
      return received;
    },
  };
}

const burst = (ids: readonly number[]): Datagram[] =>
  ids.map((id) => ({ from: 5000 + id, query: echoQuery(id) }));

it("answer() sends every answer to where its query came from, whichever queries get none", () => {
  const { kernel, answer } = setUp(false);
  // Silent queries at changing places, so that sending headers are pointed here and there and back.
  for (const silentAt of [[], [0, 3], [1], [], [0, 1, 2, 62, 63]]) {
    const ids = Array.from({ length: 64 }, (_, i) => i + 1);
    kernel.incoming = burst(ids).map((datagram, i) =>
      silentAt.includes(i) ? { ...datagram, query: echoQuery(ECHO.silent) } : datagram,
    );
    kernel.sent.length = 0;
    expect(answer()).toBe(64);
    expect(kernel.sent.map(({ id, to }) => [id, to])).toEqual(
      ids.filter((_, i) => !silentAt.includes(i)).map((id) => [id, 5000 + id]),
    );
  }
  expect(kernel.calls).toBe(5);
});

it("answer() goes on behind an answer that cannot be sent, and counts it", () => {
  const { kernel, answer, counters } = setUp(false);
  kernel.incoming = burst([1, 2, 3, 4, 5, 6]);
  kernel.takes = [2, -1, 1, -1];
  answer();
  expect(kernel.sent.map(({ id }) => id)).toEqual([1, 2, 4, 6]);
  expect(counters[threadCounter.sendFailed]).toBe(2);
});

it("answer() ends when nothing can be sent", () => {
  const { kernel, answer, counters } = setUp(false);
  kernel.incoming = burst([1, 2, 3]);
  kernel.takes = [-1, -1, -1];
  answer();
  expect(kernel.sent).toEqual([]);
  expect(counters[threadCounter.sendFailed]).toBe(3);
});

it("answer() answers from the address asked, through whichever interface the routes say", () => {
  const { kernel, answer } = setUp(true);
  for (let round = 0; round < 3; round++) {
    kernel.sent.length = 0;
    kernel.incoming = burst([2, 3, 4]);
    answer();
    // Query 3 came without a control message: its answer must not carry that of an earlier one.
    expect(kernel.sent.map(({ control }) => control)).toEqual([5002, -1, 5004]);
  }
});

it("receive() says so when nothing came", () => {
  const { kernel, answer } = setUp(false);
  expect(answer()).toBe(-1);
  expect(kernel.calls).toBe(0);
});

it.for([
  [1, "1"],
  [3, "2-3"],
  [4, "4-7"],
  [63, "32-63"],
  [64, "64"],
] as const)("receive() counts a batch of %i among those of %s", ([datagrams, size]) => {
  const { kernel, answer, counters } = setUp(false);
  kernel.incoming = burst(Array.from({ length: datagrams }, (_, i) => i + 1));
  answer();
  const counts = BATCH_SIZES.map((_, i) => counters[threadCounter.batches + i]);
  expect(counts).toEqual(BATCH_SIZES.map((one) => (one === size ? 1 : 0)));
});
