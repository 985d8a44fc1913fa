import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createPinoLog, droppedLine } from "./pino-log.ts";

const built = pathToFileURL(resolve(import.meta.dirname, "../../dist/log/pino-log.js")).href;
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

/** A process whose log goes to a pipe; it logs 200 000 lines (20 MB), then tells how its memory fared on standard output. */
function spawnFlood(): ChildProcess {
  const program = `
    import { createPinoLog } from ${JSON.stringify(built)};
    const log = createPinoLog({ level: "info" });
    const filler = "x".repeat(60);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < 1000; i++) log.info({ i, filler }, "flood");
      await new Promise((done) => setImmediate(done));
    }
    globalThis.gc();
    process.stdout.write(JSON.stringify({ heap: process.memoryUsage().heapUsed, external: process.memoryUsage().external }) + "\\n");
    process.stdin.on("data", () => { log.info({}, "after"); });
    process.stdin.on("end", () => process.exit(0));
  `;
  return spawn(process.execPath, ["--expose-gc", "--input-type=module", "--eval", program], {
    stdio: ["pipe", "pipe", "pipe"],
  });
}

test("createPinoLog() writes one JSON object per line with ISO time and level name", () => {
  const lines: string[] = [];
  const log = createPinoLog({
    level: "info",
    sink: { write: (line) => lines.push(line), flush() {} },
  });
  log.debug({}, "below the level");
  log.warn({ zone: "example.com.", err: new Error("why") }, "Zone refused\nreally");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  const { time, level, msg, zone, err } = JSON.parse(lines[0] ?? "");
  expect({ level, msg, zone }).toEqual({
    level: "warn",
    msg: "Zone refused\nreally",
    zone: "example.com.",
  });
  expect(new Date(time).toISOString()).toBe(time);
  expect(err.message).toBe("why");
});

test("createPinoLog() tells where a bug is, and of what the system refuses no more than that", () => {
  const lines: string[] = [];
  const log = createPinoLog({
    level: "info",
    sink: { write: (line) => lines.push(line), flush() {} },
  });
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  log.warn({ err: full }, "not saved");
  log.error({ err: new TypeError("no function") }, "a bug");
  log.error({ err: "no error at all" }, "odd");
  const [refused, bug, odd] = lines.map((line) => JSON.parse(line).err);
  expect(refused).toEqual({
    type: "Error",
    message: "ENOSPC: no space left on device, write",
    code: "ENOSPC",
    syscall: "write",
  });
  expect(bug).toMatchObject({ type: "TypeError", message: "no function" });
  expect(bug.stack).toContain("pino-log.test.ts");
  expect(odd).toBe("no error at all");
});

test("droppedLine() is a log line that holds the count", () => {
  expect(JSON.parse(droppedLine(7))).toMatchObject({
    level: "warn",
    dropped: 7,
    msg: "7 log lines dropped",
  });
});

test("createPinoLog() stays small while its reader stalls and reports the dropped lines when it reads on", async () => {
  child = spawnFlood();
  const [report] = (await once(child.stdout!, "data")) as [Buffer];
  const { heap, external } = JSON.parse(report.toString());
  expect(heap + external).toBeLessThan(24 * 1024 * 1024);

  const lines: { msg: string; dropped?: number }[] = [];
  let rest = "";
  const reported = new Promise<void>((done) => {
    child?.stderr?.on("data", (text: Buffer) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) lines.push(JSON.parse(part));
      if (lines.some((line) => line.dropped !== undefined)) done();
    });
  });
  await reported;
  const flood = lines.filter((line) => line.msg === "flood").length;
  const dropped = lines.find((line) => line.dropped !== undefined)?.dropped ?? 0;
  expect(flood + dropped).toBe(200_000);

  child.stdin?.end();
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test("createPinoLog() outlives a reader that closes", async () => {
  child = spawnFlood();
  child.stderr?.destroy();
  await once(child.stdout!, "data");
  child.stdin?.end("go on");
  const [code, signal] = await once(child, "exit");
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});
