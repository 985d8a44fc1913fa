/**
 * Other people's programs that tests talk to. A machine without one skips those tests and says so; CI must have them all.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endWithUs } from "./left-behind.ts";
import { until } from "./until.ts";

const PLACES = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin"];

/** Debian packages that hold the programs, for the message. */
const PACKAGES: Readonly<Record<string, string>> = {
  dig: "bind9-dnsutils",
  kdig: "knot-dnsutils",
  named: "bind9",
  knotd: "knot",
  "named-checkzone": "bind9-utils",
  "nsd-checkzone": "nsd",
  kzonecheck: "knot-dnssecutils",
  "ldns-read-zone": "ldnsutils",
};

/** Absolute path of a program, or undefined. */
export function findPeer(program: string): string | undefined {
  const path = (process.env.PATH ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return [...path, ...PLACES]
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Path of a program that `describeWithPeers` has found. */
export function requirePeer(program: string): string {
  const file = findPeer(program);
  if (file === undefined) throw new Error(`Cannot find ${program}`);
  return file;
}

/** `describe` that needs these programs: skipped loudly without them, a failure where CI is "true". */
export function describeWithPeers(
  title: string,
  programs: readonly string[],
  body: () => void,
): void {
  const missing = programs.filter((program) => findPeer(program) === undefined);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const packages = missing.map((program) => PACKAGES[program] ?? program).join(" ");
  const message = `${title}: ${missing.join(", ")} not found (apt-get install ${packages})`;
  if (process.env.CI === "true") {
    test(title, () => expect.fail(message));
    return;
  }
  process.stderr.write(`\n*** SKIPPED, NOT TESTED *** ${message}\n`);
  describe.skip(title, body);
}

export interface Output {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, without input, to its end; a status other than 0 is a result, not an error. */
export function runPeer(program: string, args: readonly string[]): Promise<Output> {
  return new Promise((resolve) => {
    const child = execFile(
      requirePeer(program),
      args,
      { timeout: 30_000 },
      (error, stdout, stderr) => {
        const status = error ? (typeof error.code === "number" ? error.code : 255) : 0;
        resolve({ status, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

export interface Peer {
  readonly process: ChildProcess;
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts a program in the foreground and waits until `isReady` says so.
 *
 * @throws Error with the program's output if it ends first or is not ready after 15 s
 */
export async function startPeer(
  program: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<Peer> {
  const child = spawn(requirePeer(program), args, { stdio: ["ignore", "pipe", "pipe"] });
  endWithUs(child);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    output += String(chunk);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      // A stopped process does not see SIGTERM before it goes on.
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      await ended;
      clearTimeout(timer);
    }
  };
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      return isReady();
    }, `${program} is ready`);
  } catch (error) {
    await stop();
    throw new Error(`Cannot start ${program}: ${String(error)}\n${output}`);
  }
  return { process: child, output: () => output, stop };
}
