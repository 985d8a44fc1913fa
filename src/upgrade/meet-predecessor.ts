import type { SavedHealth } from "../health/saved-health.ts";
import type { Log } from "../log/log.ts";
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
  readonly sockets: readonly HandedSocket[];
  /** Where its admin interface is, as settings have it; undefined: there is none. */
  readonly admin: string | undefined;
  /** Rejects if it ends before it has said to take over. */
  readonly lost: Promise<never>;
  /** Says that all is loaded. Resolves when it says to take over; logs if that takes long. */
  ready(version: string, log: Log): Promise<HandedState>;
  /** Says that this process answers now. Resolves when the other leaves it everything else, or is gone; logs if that takes long. */
  serving(log: Log): Promise<void>;
  /** Says that nothing will come of it, and why. */
  fail(reason: string): Promise<void>;
}

/** How things are at the moment at which another process takes over. */
export interface HandedState {
  readonly verdicts: SavedHealth;
  /** What steering remembers, as its file has it. */
  readonly steering: string;
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

/** Longer than any answer takes of a server that nothing holds up. */
const SILENCE_MS = 12_000;
const SILENT =
  "the server to take over from says nothing: is it stuck, or stopped? It is waited for until it goes on or is ended";
/** What that means for users, before and after this process answers. */
const NOT_YET = "this one is ready, and answers nothing yet";
const NOT_ALL =
  "this one answers, but has no admin interface, keeps no state and tells no secondary; threads of the other may answer, too, and know of nothing new";

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
    sockets: greeting.sockets,
    admin: greeting.admin,
    lost,
    async ready(version, log) {
      await say({ type: "ready", version });
      const warn = (): void => log.error({ pid: greeting.pid, problem: NOT_YET }, SILENT);
      const { verdicts, steering } = await noticeDelay(hear("take-over"), warn);
      isTold = true;
      return { verdicts: new Map(verdicts), steering };
    },
    async serving(log) {
      await say({ type: "serving" });
      setTimeout(() => void say({ type: "steady" }), OVERLAP_MS).unref();
      const warn = (): void => log.error({ pid: greeting.pid, problem: NOT_ALL }, SILENT);
      await noticeDelay(Promise.race([hear("released"), gone]), warn);
      if (process.connected) process.disconnect();
    },
    fail: (reason) => say({ type: "failed", reason }),
  };
}

/** @param warn called if the answer takes too long */
function noticeDelay<Answer>(answer: Promise<Answer>, warn: () => void): Promise<Answer> {
  const timer = setTimeout(warn, SILENCE_MS).unref();
  return answer.finally(() => clearTimeout(timer));
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
