import type { SavedHealth } from "../health/saved-health.ts";
import type { HandedSocket } from "../server/handed-sockets.ts";
import {
  HANDOVER_FORMAT,
  SUCCESSOR_VARIABLE,
  type ToPredecessor,
  type ToSuccessor,
} from "./messages.ts";

/** The server that runs already, as the one sees it that takes over from it. */
export interface Predecessor {
  readonly pid: number;
  readonly version: string;
  readonly sockets: readonly HandedSocket[];
  /** Where its admin interface is, as settings have it; undefined: there is none. */
  readonly admin: string | undefined;
  /** What steering remembers there, as its file has it. */
  readonly steering: string;
  /** Rejects if it ends before it has said to take over. */
  readonly lost: Promise<never>;
  /** Says that all is loaded. Resolves with its verdicts when it says to take over. */
  ready(version: string): Promise<SavedHealth>;
  /** Says that this process answers now. Resolves when the other leaves it everything else, or is gone. */
  serving(): Promise<void>;
  /** Says that nothing will come of it, and why. */
  fail(reason: string): Promise<void>;
}

/** Taking over failed; the message is one line for the operator. */
export class HandoverError extends Error {
  override readonly name = "HandoverError";
}

/**
 * How long both answer: code that has just been loaded is many times slower at first. It is also what a successor has to live
 * through before everything is left to it.
 */
const OVERLAP_MS = 1000;

/** A server that starts another tells it at once what it needs to know. */
const GREETING_MS = 5000;

/**
 * Listens to the server that has started this process to take over from it; undefined if there is none.
 *
 * @throws HandoverError if it cannot be understood
 */
export async function meetPredecessor(): Promise<Predecessor | undefined> {
  const isSuccessor = SUCCESSOR_VARIABLE in process.env;
  // Not for what this process starts.
  delete process.env[SUCCESSOR_VARIABLE];
  if (!isSuccessor || process.send === undefined) return undefined;
  const heard = new Map<ToSuccessor["type"], ToSuccessor>();
  const waiting = new Map<ToSuccessor["type"], () => void>();
  process.on("message", (message: ToSuccessor) => {
    heard.set(message.type, message);
    waiting.get(message.type)?.();
  });
  const gone = new Promise<void>((resolve) => {
    process.once("disconnect", resolve);
  });

  async function hear<T extends ToSuccessor["type"]>(
    type: T,
  ): Promise<Extract<ToSuccessor, { type: T }>> {
    if (!heard.has(type)) await new Promise<void>((resolve) => waiting.set(type, resolve));
    return heard.get(type) as Extract<ToSuccessor, { type: T }>;
  }

  let isTold = false;
  const lost = gone.then(() => {
    if (isTold) return new Promise<never>(() => {});
    throw new HandoverError(
      "the server that was to be taken over from has ended: so does this one",
    );
  });
  lost.catch(() => {});
  const greeting = await Promise.race([hear("sockets"), lost, failAfter(GREETING_MS)]);
  if (greeting.format !== HANDOVER_FORMAT) {
    const reason = `rondo ${greeting.version} hands over in a way that this version does not know: restart it instead`;
    await say({ type: "failed", reason });
    throw new HandoverError(reason);
  }
  return {
    pid: greeting.pid,
    version: greeting.version,
    sockets: greeting.sockets,
    admin: greeting.admin,
    steering: greeting.steering,
    lost,
    async ready(version) {
      await say({ type: "ready", version });
      const { verdicts } = await hear("take-over");
      isTold = true;
      return new Map(verdicts);
    },
    async serving() {
      await say({ type: "serving" });
      setTimeout(() => void say({ type: "steady" }), OVERLAP_MS).unref();
      await Promise.race([hear("released"), gone]);
      if (process.connected) process.disconnect();
    },
    fail: (reason) => say({ type: "failed", reason }),
  };
}

function failAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(
      () => reject(new HandoverError("the server to take over from says nothing")),
      ms,
    ).unref();
  });
}

/** Resolves when the other end has it, or is gone. */
function say(message: ToPredecessor): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
