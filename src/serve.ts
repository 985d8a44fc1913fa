/** The life of a server: it starts, in the place of another if that has started it, and ends by a signal or a successor. */
import { AdminError } from "./admin/admin-error.ts";
import { applyFlags } from "./apply-flags.ts";
import type { Output } from "./cli/command.ts";
import { EXIT } from "./cli/exit-codes.ts";
import { readSettings } from "./cli/read-settings.ts";
import type { ServeOptions } from "./cli/serve.ts";
import { renderIssues } from "./config/issue.ts";
import { CookieSecretError } from "./cookie-secret-file.ts";
import { ZoneLoadError } from "./loader/start-zones.ts";
import type { Log } from "./log/log.ts";
import { createPinoLog } from "./log/pino-log.ts";
import { KeyFileError } from "./open-keyring.ts";
import { CertificateError } from "./server/certificate.ts";
import { ListenError } from "./server/listen-error.ts";
import { type Running, startServing } from "./start-serving.ts";
import { letHelpersWait } from "./threads/let-helpers-wait.ts";
import { HandoverError, meetPredecessor, type Predecessor } from "./upgrade/meet-predecessor.ts";
import { findServiceManager, type ServiceManager } from "./upgrade/service-manager.ts";

/** SIGTERM ends the process within two seconds, whatever still hangs. */
const STOP_MS = 1800;
/** What a server that has a successor may still take: connections that are busy have ten seconds. */
const RETIRE_MS = 15_000;

/** What an operator can do something about: told in one line. */
const EXPECTED = [
  ListenError,
  ZoneLoadError,
  AdminError,
  CookieSecretError,
  KeyFileError,
  CertificateError,
  HandoverError,
];

/** Serves until SIGTERM or SIGINT, or until another process has taken over. @returns the exit status */
export async function serve(options: ServeOptions, output: Output): Promise<number> {
  letHelpersWait();
  let predecessor: Predecessor | undefined;
  try {
    predecessor = await meetPredecessor();
    return await serveAfter(predecessor, options, output);
  } catch (error) {
    if (!EXPECTED.some((one) => error instanceof one)) throw error;
    const { message } = error as Error;
    output.err(`rondo: ${message}\n`);
    if (predecessor === undefined) return EXIT.failed;
    await predecessor.fail(message);
    // What has begun by now may have nobody to end it.
    process.exit(EXIT.failed);
  }
}

async function serveAfter(
  predecessor: Predecessor | undefined,
  options: ServeOptions,
  output: Output,
): Promise<number> {
  const { settings: fromFile, issues } = readSettings(options.config);
  if (issues.length > 0) output.err(renderIssues(issues));
  if (fromFile === undefined) {
    if (predecessor === undefined) return EXIT.failed;
    throw new HandoverError(`the server file is bad:\n${renderIssues(issues).trimEnd()}`);
  }
  const settings = applyFlags(fromFile, options);
  const log = createPinoLog({ level: settings.log.level });
  const manager = await findServiceManager(log);
  const stopped = waitForStop();

  let closeWhatAnswers: (() => Promise<void>) | undefined;
  const onAnswering = (close: () => Promise<void>): void => {
    closeWhatAnswers = close;
  };
  const running: Running | undefined = await Promise.race([
    startServing({ settings, options, predecessor, manager, onAnswering, output, log }),
    stopped.then(() => undefined),
    ...(predecessor === undefined ? [] : [predecessor.lost]),
  ]);
  if (running === undefined) {
    const signal = await stopped;
    // Ending takes its time: whoever waits for this process to live need not wait for that.
    await predecessor?.fail(`it was told to stop (${signal})`);
    return stop(signal, closeWhatAnswers, manager, log);
  }
  const end = await Promise.race([stopped, running.succeeded]);
  if (typeof end !== "string") {
    // From this process: the manager need not listen to any other.
    manager.tell({ MAINPID: end.pid });
    await Promise.race([running.retire(end), stopped, after(RETIRE_MS)]);
    log.info({ pid: process.pid, successor: end.pid }, "ended: another process has taken over");
    process.exit(EXIT.ok);
  }
  return stop(end, running.close, manager, log);
}

/** @param close finishes what has begun; undefined: nothing has been answered yet */
async function stop(
  signal: NodeJS.Signals,
  close: (() => Promise<void>) | undefined,
  manager: ServiceManager,
  log: Log,
): Promise<number> {
  if (close === undefined) process.exit(EXIT.ok);
  manager.tell({ STOPPING: 1 });
  log.info({ signal }, "stopping");
  setTimeout(() => process.exit(EXIT.ok), STOP_MS).unref();
  await close();
  return EXIT.ok;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function waitForStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
