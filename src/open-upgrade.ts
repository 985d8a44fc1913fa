import type { UpgradeReport } from "./admin/api.ts";
import type { Closers } from "./closers.ts";
import type { SavedHealth } from "./health/saved-health.ts";
import type { Log } from "./log/log.ts";
import type { HandedSocket } from "./server/handed-sockets.ts";
import { describeOwnProcess, findHindrance } from "./upgrade/find-hindrance.ts";
import {
  type StartingSuccessor,
  type Successor,
  startSuccessor,
  type UpgradeOutcome,
} from "./upgrade/start-successor.ts";

export interface OpenUpgradeOptions {
  /** A string: why they cannot be handed over. */
  readonly sockets: () => readonly HandedSocket[] | string;
  readonly version: string;
  /** Where the admin interface is, as settings have it; undefined: there is none. */
  readonly admin: string | undefined;
  /** What steering remembers at the moment, as its file has it. */
  readonly steering: () => string;
  readonly verdicts: () => SavedHealth;
  /** Resolves when what operators have said so far is on disk; or to false, if it cannot be kept there. */
  readonly settled: () => Promise<boolean>;
  readonly isDemo: boolean;
  /** Whether this server answers by now. */
  readonly isReady: () => boolean;
  readonly log: Log;
  readonly closers: Closers;
}

export interface OpenUpgrade {
  /** Starts a successor. Resolves when it has taken over, or when it is clear that it will not. */
  run(): Promise<UpgradeReport>;
  /** From the moment at which a successor is started: what is said to this server now, that one does not know. */
  isUnderWay(): boolean;
  /** Resolves when a successor answers and has stood its test: there is nothing left for this process to do. */
  readonly succeeded: Promise<Successor>;
}

const STOPPED = "the server was told to stop";
const UNSAVED =
  "the overrides cannot be saved as they are now, so that its successor would not know of them: make room in the state folder, or make it writable";

/** What `rondo upgrade` asks of the running server. Closing ends a successor that not everything has been left to. */
export function openUpgrade(options: OpenUpgradeOptions): OpenUpgrade {
  const { version, admin, log } = options;
  let isUnderWay = false;
  let isClosing = false;
  let starting: StartingSuccessor | undefined;
  let succeed: (successor: Successor) => void = () => {};
  const succeeded = new Promise<Successor>((resolve) => {
    succeed = resolve;
  });
  options.closers.add(() => {
    isClosing = true;
    starting?.abort(STOPPED);
  });

  function keep(reason: string): UpgradeReport {
    if (!isClosing) log.warn({ reason }, "no successor has taken over: this server goes on");
    return { takenOver: false, pid: null, version: null, reason };
  }

  /** Everything is still this server's: its sockets, the state folder, the admin interface. */
  function takeBack({ pid, version }: Successor, end: string): UpgradeReport {
    isUnderWay = false;
    if (isClosing) return keep(STOPPED);
    const lost = "what it had read and not answered is lost";
    log.error({ pid, version, end }, `the successor did not live: this server goes on; ${lost}`);
    const reason = `rondo ${version} answered, but not for long: ${end}`;
    return { takenOver: false, pid: null, version: null, reason };
  }

  function start(sockets: readonly HandedSocket[]): Promise<UpgradeOutcome> | UpgradeOutcome {
    try {
      const { steering, verdicts } = options;
      starting = startSuccessor({ sockets, version, admin, steering, verdicts });
      return starting.outcome;
    } catch (error) {
      // Some failures of a new process are told at once: no memory for it, for one.
      const { message } = error as Error;
      return { kind: "kept", reason: `the successor cannot be started: ${message}` };
    }
  }

  async function run(): Promise<UpgradeReport> {
    if (isUnderWay) return keep("an upgrade is under way already");
    const sockets = options.isDemo
      ? "its datacenters end with a demo: start it anew instead"
      : options.isReady()
        ? options.sockets()
        : "the server has only just started: its first round of checks is not over";
    if (typeof sockets === "string") return keep(sockets);
    const hindrance = findHindrance(describeOwnProcess());
    if (hindrance !== undefined) return keep(hindrance);
    isUnderWay = true;
    const isSettled = await options.settled();
    if (isClosing || !isSettled) {
      isUnderWay = false;
      return keep(isClosing ? STOPPED : UNSAVED);
    }
    log.info({ sockets: sockets.length }, "starting a successor");
    const outcome = await start(sockets);
    if (outcome.kind === "kept") {
      starting = undefined;
      isUnderWay = false;
      return keep(outcome.reason);
    }
    const { successor } = outcome;
    log.info({ pid: successor.pid, version: successor.version }, "a successor answers, too");
    const end = await successor.steady;
    starting = undefined;
    if (end !== undefined) return takeBack(successor, end);
    log.info({ pid: successor.pid, version: successor.version }, "a successor has taken over");
    succeed(successor);
    return { takenOver: true, pid: successor.pid, version: successor.version, reason: null };
  }

  return { run, isUnderWay: () => isUnderWay, succeeded };
}
