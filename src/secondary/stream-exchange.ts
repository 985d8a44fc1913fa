import { connect } from "node:net";
import type { ConversationOptions, PrimaryAddress } from "./primary-client.ts";

/** What is made of a message: the last one, one of several, or worthless for that reason. */
export type Taken = "done" | "more" | { readonly problem: string };

const LENGTH_OCTETS = 2;

/**
 * Sends one message over TCP and takes messages until there are enough of them (RFC 1035 §4.2.2).
 *
 * @returns why it ended before that; undefined: it did not
 */
export function exchangeStream(
  { address, port }: PrimaryAddress,
  request: Uint8Array,
  take: (message: Uint8Array) => Taken,
  { clock, limits, signal }: ConversationOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const started = clock.now();
    const socket = connect({ host: address, port, noDelay: true });
    let rest: Buffer = Buffer.alloc(0);
    let octets = 0;
    let cancelIdle = clock.schedule(
      () => finish(`no connection within ${limits.connectMs / 1000} s`),
      limits.connectMs,
    );
    let cancelPace = clock.schedule(checkPace, limits.graceMs);
    let isFinished = false;

    function finish(problem: string | undefined): void {
      if (isFinished) return;
      isFinished = true;
      cancelIdle();
      cancelPace();
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(problem);
    }

    function abort(): void {
      finish("it is not wanted any more");
    }

    function waitForMessage(): void {
      cancelIdle();
      cancelIdle = clock.schedule(
        () => finish(`no message within ${limits.idleMs / 1000} s`),
        limits.idleMs,
      );
    }

    /** One octet a second is as bad as none. */
    function checkPace(): void {
      const earnedMs = limits.graceMs + (octets / limits.leastOctetsPerSecond) * 1000;
      const leftMs = started + Math.min(earnedMs, limits.totalMs) - clock.now();
      if (leftMs > 0) cancelPace = clock.schedule(checkPace, leftMs);
      else
        finish(
          `it is too slow: ${octets} octets in ${Math.round((clock.now() - started) / 1000)} s`,
        );
    }

    function receive(chunk: Buffer): void {
      octets += chunk.length;
      if (octets > limits.totalOctets) {
        finish(`it is longer than ${limits.totalOctets} octets`);
        return;
      }
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (data.length >= LENGTH_OCTETS) {
        const end = LENGTH_OCTETS + data.readUInt16BE(0);
        if (data.length < end) break;
        const taken = take(data.subarray(LENGTH_OCTETS, end));
        if (taken !== "more") {
          finish(taken === "done" ? undefined : taken.problem);
          return;
        }
        waitForMessage();
        data = data.subarray(end);
      }
      rest = data;
    }

    socket.on("connect", () => {
      const frame = Buffer.alloc(LENGTH_OCTETS + request.length);
      frame.writeUInt16BE(request.length);
      frame.set(request, LENGTH_OCTETS);
      socket.write(frame);
      waitForMessage();
    });
    socket.on("data", receive);
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    socket.on("close", () => finish("the connection was closed early"));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
