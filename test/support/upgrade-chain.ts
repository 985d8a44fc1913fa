/** Servers that take over from each other, one after the other. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll } from "vitest";
import { query } from "./packet.ts";
import { findFreePort } from "./ports.ts";
import { type Rondo, type RondoOptions, runRondo, startRondo } from "./rondo.ts";
import { until } from "./until.ts";

/** By file. */
export const ZONES: Readonly<Record<"example.com.yaml", string>> = {
  "example.com.yaml": `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1] }
`,
};
/** What there is an answer to: 192.0.2.1. */
export const WWW: Uint8Array = query({ name: "www.example.com" });

/** Successors are nobody's children: what a failed test leaves of them is ended here. */
export const successors: Set<number> = new Set();
afterAll(() => {
  for (const pid of successors) if (isRunning(pid)) process.kill(pid, "SIGKILL");
});

/** Whoever has ended may go on being listed until somebody takes note. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

export interface Upgraded {
  readonly status: number;
  readonly takenOver: boolean;
  readonly pid: number;
  readonly reason: string;
  readonly stderr: string;
}

export interface Chain {
  readonly rondo: Rondo;
  /** Runs `rondo upgrade`. */
  upgrade(): Promise<Upgraded>;
  /** Ends whoever serves now, and waits until nobody is left. */
  end(): Promise<void>;
}

export async function startChain(options: RondoOptions): Promise<Chain> {
  const admin = `127.0.0.1:${await findFreePort("127.0.0.1")}`;
  const rondo = await startRondo({ ...options, args: [...(options.args ?? []), "--admin", admin] });
  let pid = rondo.process.pid!;
  return {
    rondo,
    async upgrade() {
      const { status, stdout, stderr } = await runRondo("upgrade", "--json", "--admin", admin);
      if (stdout === "") throw new Error(stderr);
      const report = JSON.parse(stdout) as Omit<Upgraded, "status" | "stderr">;
      if (report.takenOver) {
        pid = report.pid;
        successors.add(pid);
      }
      return { ...report, status, stderr };
    },
    async end() {
      process.kill(pid, "SIGTERM");
      await until(() => !isRunning(pid));
      successors.delete(pid);
      rmSync(rondo.folder, { recursive: true, force: true });
    },
  };
}

/** A backend that takes connections and says nothing: the first round of checks is over when they time out. */
export async function startSilent(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}

/** Starts something with a module that every process of it, and every successor, runs first. */
export async function withPreloaded<T>(
  folder: string,
  text: string,
  start: () => Promise<T>,
): Promise<T> {
  const module = join(folder, "preloaded.mjs");
  writeFileSync(
    module,
    `import { existsSync, writeFileSync } from "node:fs";
    import { isMainThread } from "node:worker_threads";
    ${text}`,
  );
  const { NODE_OPTIONS: before } = process.env;
  process.env.NODE_OPTIONS = `--import ${module}`;
  return start().finally(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });
}
