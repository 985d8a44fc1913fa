import { spawn } from "node:child_process";
import type { SavedHealth } from "../health/saved-health.ts";
import type { HandedSocket } from "../server/handed-sockets.ts";
import {
  HANDOVER_FORMAT,
  SUCCESSOR_VARIABLE,
  type ToPredecessor,
  type ToSuccessor,
} from "./messages.ts";

export interface SuccessorOptions {
  /** Of this process, to be shared with the other. */
  readonly sockets: readonly HandedSocket[];
  readonly version: string;
  /** Where the admin interface of this process is, as settings have it. */
  readonly admin: string | undefined;
  /** What steering remembers at the moment, as its file has it. */
  readonly steering: () => string;
  /** The verdicts of the moment. */
  readonly verdicts: () => SavedHealth;
  /** Program and arguments; how this process was started if left out. */
  readonly command?: readonly [program: string, ...args: string[]];
  /** How long it may take, once it answers, to say that it goes on. */
  readonly steadyMs?: number;
}

export interface Successor {
  readonly pid: number;
  readonly version: string;
  /** Resolves when it has answered for a while; to how it has ended instead, for people, if it has. */
  readonly steady: Promise<string | undefined>;
  /** Leaves it everything: the state folder and the place of the admin interface. */
  release(): void;
}

export type UpgradeOutcome =
  /** It answers, beside this process. */
  | { readonly kind: "answering"; readonly successor: Successor }
  /** The successor is gone, or about to be; `reason` is for people. */
  | { readonly kind: "kept"; readonly reason: string };

export interface StartingSuccessor {
  readonly outcome: Promise<UpgradeOutcome>;
  /** Ends it, unless everything has been left to it. */
  abort(reason: string): void;
}

/** How long it may take to load and to check everything once. */
const READY_MS = 100_000;
/** Between the word to take over and the word that it has. */
const SERVING_MS = 10_000;
/** Between that and the word that it goes on, which comes after a second: its threads may answer, and it may be stuck. */
const STEADY_MS = 10_000;
/** Between the polite signal and the other one. */
const KILL_MS = 3000;

/** Standard input, output and error; and the channel. */
const FIRST_DESCRIPTOR = 4;

/** Starts what is installed now beside this process, and has it take over once it is ready. */
export function startSuccessor(options: SuccessorOptions): StartingSuccessor {
  const { sockets, version, admin, steering, verdicts, steadyMs = STEADY_MS } = options;
  const [program, ...args] = options.command ?? findOwnCommand();
  const child = spawn(program, args, {
    // Descriptors of ours take the numbers from FIRST_DESCRIPTOR on, in this order.
    stdio: [
      "inherit",
      "inherit",
      "inherit",
      "ipc",
      ...sockets.flatMap(({ descriptors }) => descriptors),
    ],
    env: { ...process.env, [SUCCESSOR_VARIABLE]: String(process.pid) },
  });
  let settle: (outcome: UpgradeOutcome) => void = () => {};
  const outcome = new Promise<UpgradeOutcome>((resolve) => {
    settle = resolve;
  });
  let isSettled = false;
  let isReleased = false;
  let theirVersion = "";
  let settleSteady: (end: string | undefined) => void = () => {};
  const steady = new Promise<string | undefined>((resolve) => {
    settleSteady = resolve;
  });

  function end(): void {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill("SIGTERM");
    const insist = (): void => void child.kill("SIGKILL");
    const timer = setTimeout(insist, KILL_MS).unref();
    // Nobody insists after that: one that is stuck would go on with the sockets.
    process.once("exit", insist);
    child.once("exit", () => {
      clearTimeout(timer);
      process.off("exit", insist);
    });
  }

  /** Of one that answers: nothing is left to it. */
  function noteEnd(how: string): void {
    callOff();
    settleSteady(how);
  }

  function keep(reason: string): void {
    if (isSettled) return;
    isSettled = true;
    callOff();
    end();
    settle({ kind: "kept", reason });
  }

  function say(message: ToSuccessor): void {
    // An error means that the other end is gone, which "exit" tells as well.
    if (child.connected) child.send(message, () => {});
  }

  let callOff = actUnlessTold(READY_MS, () =>
    keep(`the successor was not ready within ${READY_MS / 1000} s`),
  );
  child.on("error", (error) => keep(`the successor cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    const how = code === null ? `of ${signal}` : `with status ${code}`;
    const tell = (): void => {
      noteEnd(`it ended ${how}; the log of the server may say why`);
      keep(
        `the successor ended ${how} before it had taken over; the log of the server may say why`,
      );
    };
    // What it has said last may still be on its way.
    if (child.connected) child.once("disconnect", tell);
    else tell();
  });
  child.on("message", (message: ToPredecessor) => {
    if (message.type === "failed") {
      // An end that has only begun is one, too.
      noteEnd(message.reason);
      keep(message.reason);
    } else if (isSettled) {
      if (message.type !== "steady") return;
      callOff();
      settleSteady(undefined);
    } else if (message.type === "ready") {
      theirVersion = message.version;
      callOff();
      callOff = actUnlessTold(SERVING_MS, () => keep("the successor did not take over"));
      say({ type: "take-over", verdicts: [...verdicts()], steering: steering() });
    } else if (message.type === "serving") {
      isSettled = true;
      callOff();
      callOff = actUnlessTold(steadyMs, () => {
        noteEnd(`it says nothing for ${steadyMs / 1000} s`);
        end();
      });
      // It outlives this process.
      child.unref();
      const release = (): void => {
        isReleased = true;
        say({ type: "released" });
        if (child.connected) child.disconnect();
      };
      settle({
        kind: "answering",
        successor: { pid: child.pid!, version: theirVersion, steady, release },
      });
    }
  });
  let next = FIRST_DESCRIPTOR;
  say({
    type: "sockets",
    format: HANDOVER_FORMAT,
    version,
    pid: process.pid,
    admin,
    sockets: sockets.map((socket) => ({
      ...socket,
      descriptors: socket.descriptors.map(() => next++),
    })),
  });
  const abort = (reason: string): void => {
    if (!isSettled) keep(reason);
    else if (!isReleased) end();
  };
  return { outcome, abort };
}

/**
 * Does something after a time unless it is called off. What has been said by then is heard first: it may be this process
 * that was held up.
 *
 * @returns calls it off
 */
function actUnlessTold(ms: number, act: () => void): () => void {
  let isOff = false;
  const timer = setTimeout(() => {
    setImmediate(() => {
      if (!isOff) act();
    });
  }, ms);
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}

/** As it was called: a link to the program that an installation has set to another version is followed anew. */
function findOwnCommand(): [program: string, ...args: string[]] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
}
