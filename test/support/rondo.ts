/** A real server: the built program as a child process, on loopback, with files of its own. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "./dns-client.ts";
import { endWithUs } from "./left-behind.ts";
import type { Output } from "./peers.ts";
import { until } from "./until.ts";

/** Another build can be tried: `RONDO_MAIN=/usr/lib/rondo/dist/main.js npx vitest run test`. */
const MAIN =
  process.env.RONDO_MAIN ?? join(dirname(fileURLToPath(import.meta.url)), "../../dist/main.js");

export interface RondoOptions {
  /** Zone files by name. */
  readonly zones: Readonly<Record<string, string>>;
  /** Text of a server file. Left out, it names no geo databases: those take most of the time of a start. */
  readonly config?: string;
  /** `ADDR:PORT`; 127.0.0.1 and any free port if left out; an empty list leaves it to `config`. */
  readonly listen?: readonly string[];
  /** Beside the server file, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** An admin interface of its own on any free port if none is said here or in `config`. */
  readonly args?: readonly string[];
  /** For Node, before the program. */
  readonly nodeArguments?: readonly string[];
  /** The most file descriptors it may have. */
  readonly openFiles?: number;
  /** A folder that outlives the server; one of its own if left out. */
  readonly folder?: string;
}

export interface Rondo {
  /** The first address it listens on. */
  readonly endpoint: Endpoint;
  /** All of them, in the order of the banner. */
  readonly endpoints: readonly Endpoint[];
  /** `127.0.0.1:40001` or the path of a socket, as `--admin` has it; empty without an admin interface. */
  readonly admin: string;
  readonly process: ChildProcess;
  readonly folder: string;
  readonly zonesFolder: string;
  readonly stateFolder: string;
  /** Everything written so far, banner and log. */
  output(): string;
  waitForOutput(pattern: RegExp): Promise<void>;
  /** Puts a file into the zones folder as an editor would: written beside, then renamed. */
  writeZone(file: string, text: string): void;
  /** Sends SIGTERM and waits for the end. Rejects unless the exit status is 0. */
  stop(): Promise<void>;
}

/** Starts a server and waits until it says `ready`. Rejects with its output if it ends first. */
export async function startRondo(options: RondoOptions): Promise<Rondo> {
  const { child, folder, output } = spawnRondo(options);
  const zonesFolder = join(folder, "zones");
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const waitForOutput = (pattern: RegExp): Promise<void> =>
    until(() => {
      if (pattern.test(output())) return true;
      if (child.exitCode !== null) throw new Error(`It ended with status ${child.exitCode}`);
      return false;
    }, `the output matches ${pattern}`);
  try {
    await waitForOutput(/\bready\b/);
    const endpoints = readEndpoints(output(), options.listen?.length ?? 1);
    return {
      endpoint: endpoints[0]!,
      endpoints,
      admin: /^admin (?:http:\/\/)?(\S+)$/m.exec(output())?.[1] ?? "",
      process: child,
      folder,
      zonesFolder,
      stateFolder: join(folder, "state"),
      output,
      waitForOutput,
      writeZone: (file, text) => writeByRename(join(zonesFolder, file), text),
      stop: async () => {
        const overdue = setTimeout(() => child.kill("SIGKILL"), 10_000);
        child.kill("SIGTERM");
        await closed;
        clearTimeout(overdue);
        if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
        if (child.exitCode !== 0) {
          throw new Error(`Ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
        }
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    await closed;
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    throw new Error(`Cannot start rondo: ${String(error)}\n${output()}`);
  }
}

/** Runs `rondo serve` that is expected to end by itself. */
export async function failToStart(options: RondoOptions): Promise<Output> {
  const { child, folder, output } = spawnRondo(options);
  const overdue = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  clearTimeout(overdue);
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  return { status: child.exitCode ?? 255, stdout: "", stderr: output() };
}

/** Runs another command to its end. */
export function runRondo(...args: string[]): Promise<Output> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [requireMain(), ...args],
      { timeout: 30_000 },
      (error, stdout, stderr) => {
        const status = error ? (typeof error.code === "number" ? error.code : 255) : 0;
        resolve({ status, stdout, stderr });
      },
    );
  });
}

/** A folder with `zones/` in it for servers that are restarted; the caller removes it. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rondo-test-"));
  mkdirSync(join(folder, "zones"));
  return folder;
}

function spawnRondo(options: RondoOptions): {
  child: ChildProcess;
  folder: string;
  output: () => string;
} {
  const folder = options.folder ?? createFolder();
  for (const [file, text] of Object.entries(options.zones)) {
    writeFileSync(join(folder, "zones", file), text);
  }
  for (const [file, text] of Object.entries(options.files ?? {})) {
    writeFileSync(join(folder, file), text);
  }
  const args = [requireMain(), "serve", "--zones", join(folder, "zones")];
  args.push("--state", join(folder, "state"));
  for (const listen of options.listen ?? ["127.0.0.1:0"]) args.push("--listen", listen);
  const config = join(folder, "rondo.yaml");
  writeFileSync(config, options.config ?? "geo: { databases: [] }\n");
  const isToldWhere = `${options.args} ${options.config}`.includes("admin");
  if (!isToldWhere) args.push("--admin", "127.0.0.1:0");
  args.push("--config", config);
  const nodeArguments = options.nodeArguments ?? [];
  const command = [process.execPath, ...nodeArguments, ...args, ...(options.args ?? [])];
  if (options.openFiles !== undefined) {
    command.unshift("/bin/sh", "-c", `ulimit -n ${options.openFiles} && exec "$0" "$@"`);
  }
  const [program, ...rest] = command;
  const child = spawn(program!, rest, { stdio: ["ignore", "pipe", "pipe"] });
  endWithUs(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return { child, folder, output: () => output };
}

/** Addresses in the banner, `127.0.0.1:5300` or `[::1]:5300`. */
function readEndpoints(banner: string, count: number): Endpoint[] {
  const lines = banner.split("\n").filter((line) => line.startsWith("listening on "));
  const found = [
    ...lines.join("\n").matchAll(/(?:\[([0-9a-f:]+)\]|\b(\d+\.\d+\.\d+\.\d+)):(\d+)/g),
  ].map(([, v6, v4, port]) => ({ address: (v6 ?? v4)!, port: Number(port) }));
  const unique = found.filter(
    (one, i) =>
      found.findIndex((two) => two.address === one.address && two.port === one.port) === i,
  );
  if (unique.length < count) throw new Error("The banner does not name the listeners");
  return count === 0 ? unique : unique.slice(0, count);
}

function writeByRename(file: string, text: string): void {
  const beside = join(dirname(file), `.${Math.random().toString(36).slice(2)}.tmp`);
  writeFileSync(beside, text);
  renameSync(beside, file);
}

function requireMain(): string {
  if (!existsSync(MAIN)) throw new Error(`Cannot find ${MAIN}: npm run build`);
  return MAIN;
}
