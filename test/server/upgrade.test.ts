import { createSocket, type Socket } from "node:dgram";
import { closeSync, mkdtempSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadLibc } from "../../src/server/libc.ts";
import { writeUnixAddress } from "../../src/upgrade/service-manager.ts";
import { addresses, findSharedPort, nextNetwork, writeZone } from "../support/checked-zone.ts";
import { askTcp, askUdp, type Endpoint, frame, openTcp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { findFreePort } from "../support/ports.ts";
import {
  createFolder,
  type Rondo,
  type RondoOptions,
  runRondo,
  startRondo,
} from "../support/rondo.ts";
import { until } from "../support/until.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1] }
`,
};
const WWW = query({ name: "www.example.com" });

/** Successors are nobody's children: what a failed test leaves of them is ended here. */
const successors = new Set<number>();
afterAll(() => {
  for (const pid of successors) if (isRunning(pid)) process.kill(pid, "SIGKILL");
});

/** Whoever has ended may go on being listed until somebody takes note. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

interface Upgraded {
  readonly status: number;
  readonly takenOver: boolean;
  readonly pid: number;
  readonly reason: string;
  readonly stderr: string;
}

interface Chain {
  readonly rondo: Rondo;
  /** Runs `rondo upgrade`. */
  upgrade(): Promise<Upgraded>;
  /** Ends whoever serves now, and waits until nobody is left. */
  end(): Promise<void>;
}

async function startChain(options: RondoOptions): Promise<Chain> {
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

interface Load {
  /** Ends it, waits for the last answers, and says what became of all queries. */
  stop(): Promise<{ asked: number; answered: number; wrong: number }>;
}

const UDP_SOCKETS = 8;
const PACE_MS = 4;
const LAST_ANSWERS_MS = 3000;

/** Asks over UDP and on one new connection after the other, every query with a number of its own. */
async function startLoad(to: Endpoint): Promise<Load> {
  let asked = 0;
  let answered = 0;
  let wrong = 0;
  const judge = (octets: Uint8Array): void => {
    answered += 1;
    if (readMessage(octets).answer[0]?.rdata !== "192.0.2.1") wrong += 1;
  };
  const sockets: Socket[] = [];
  const open = new Set<string>();
  for (let i = 0; i < UDP_SOCKETS; i++) {
    const socket = createSocket("udp4");
    socket.on("message", (octets) => {
      if (open.delete(`${i} ${octets.readUInt16BE(0)}`)) judge(octets);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    sockets.push(socket);
  }
  let id = 0;
  const pace = setInterval(() => {
    id = (id + 1) & 0xffff;
    for (const [i, socket] of sockets.entries()) {
      const packet = Buffer.from(WWW);
      packet.writeUInt16BE(id, 0);
      open.add(`${i} ${id}`);
      asked += 1;
      socket.send(packet, to.port, to.address);
    }
  }, PACE_MS);
  let isOver = false;
  const connections = (async () => {
    while (!isOver) {
      asked += 1;
      const octets = await askTcp(to, WWW).catch(() => undefined);
      if (octets !== undefined) judge(octets);
    }
  })();
  return {
    async stop() {
      clearInterval(pace);
      isOver = true;
      await connections;
      const giveUpAt = performance.now() + LAST_ANSWERS_MS;
      await until(() => open.size === 0 || performance.now() > giveUpAt);
      for (const socket of sockets) socket.close();
      return { asked, answered, wrong };
    },
  };
}

/** A backend that takes connections and says nothing: the first round of checks is over when they time out. */
async function startSilent(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}

describe.runIf("libc" in (await loadLibc()))("rondo upgrade", () => {
  test("loses no query, over UDP and over new connections, and answers right all the time", async () => {
    const { rondo, upgrade, end } = await startChain({ zones: ZONES, args: ["--workers", "2"] });
    const load = await startLoad(rondo.endpoint);
    const pids = [rondo.process.pid];
    for (let i = 0; i < 3; i++) {
      const { status, pid } = await upgrade();
      expect(status).toBe(0);
      pids.push(pid);
    }
    const { asked, answered, wrong } = await load.stop();
    expect({ answered, wrong }).toEqual({ answered: asked, wrong: 0 });
    expect(asked).toBeGreaterThan(1000);
    expect(new Set(pids).size).toBe(4);
    expect(rondo.process.exitCode).toBe(0);
    await end();
  });

  test("lets a connection in use go on, and ends one at rest", async () => {
    const { rondo, upgrade, end } = await startChain({ zones: ZONES });
    const busy = await openTcp(rondo.endpoint);
    let answers = 0;
    const upgrading = upgrade();
    let isOver = false;
    const talking = (async () => {
      while (!isOver) {
        busy.write(frame(WWW));
        if ((await busy.next()) === undefined) throw new Error("the connection was cut");
        answers += 1;
      }
    })();
    expect((await upgrading).status).toBe(0);
    const before = answers;
    await until(() => answers > before + 10);
    isOver = true;
    await talking;
    // At rest now: the old process ends it, and then itself.
    expect(await busy.next()).toBeUndefined();
    await until(() => rondo.process.exitCode === 0);
    await end();
  });

  test("keeps the old server if the new one cannot use its settings, and says why", async () => {
    const { rondo, upgrade, end } = await startChain({ zones: ZONES });
    const config = join(rondo.folder, "rondo.yaml");
    writeFileSync(config, "geo: { databases: [] }\nwrokers: 2\n");
    const { status, stderr } = await upgrade();
    expect(status).toBe(1);
    expect(stderr).toMatch(/the old server goes on: .*\n.*wrokers/);
    expect(rondo.process.exitCode).toBeNull();
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    writeFileSync(config, "geo: { databases: [] }\nworkers: 2\n");
    expect((await upgrade()).status).toBe(0);
    await end();
  });

  test.each([
    [1, 3],
    [3, 1],
  ])(
    "serves as the new settings have it: %i threads before, %i after, one address more and one less",
    async (before, after) => {
      const [stays, goes, comes] = [
        await findFreePort("127.0.0.1"),
        await findFreePort("127.0.0.2"),
        await findFreePort("127.0.0.3"),
      ];
      const settings = (workers: number, ...listen: string[]): string =>
        `geo: { databases: [] }\nworkers: ${workers}\nlisten: [${listen.map((one) => `"${one}"`).join(", ")}]\n`;
      const { rondo, upgrade, end } = await startChain({
        zones: ZONES,
        listen: [],
        config: settings(before, `127.0.0.1:${stays}`, `127.0.0.2:${goes}`),
      });
      const load = await startLoad({ address: "127.0.0.1", port: stays });
      writeFileSync(
        join(rondo.folder, "rondo.yaml"),
        settings(after, `127.0.0.1:${stays}`, `127.0.0.3:${comes}`),
      );
      expect((await upgrade()).status).toBe(0);
      const { asked, answered, wrong } = await load.stop();
      expect({ answered, wrong }).toEqual({ answered: asked, wrong: 0 });
      const added = { address: "127.0.0.3", port: comes };
      expect(readMessage((await askUdp(added, WWW))!).answer.length).toBe(1);
      expect(readMessage((await askTcp(added, WWW))!).answer.length).toBe(1);
      await until(() => rondo.process.exitCode === 0);
      const removed = { address: "127.0.0.2", port: goes };
      expect(await askUdp(removed, WWW, 200).catch(() => undefined)).toBeUndefined();
      await expect(askTcp(removed, WWW)).rejects.toThrow("ECONNREFUSED");
      await end();
    },
  );

  test("goes on with what was down, and with what operators have said", async () => {
    const network = nextNetwork();
    const [near, drained] = [`${network}.1`, `${network}.2`];
    const far = `${network}.3`;
    const port = await findSharedPort([near, drained, far]);
    const zones = { "example.com.yaml": writeZone("TCP", port, [near, drained], [far]) };
    const alive = [await startSilent(drained, port), await startSilent(far, port)];
    const { rondo, upgrade, end } = await startChain({ zones });
    await until(async () => (await addresses(rondo)) === "2");
    expect((await runRondo("drain", drained, "--admin", rondo.admin, "--force")).status).toBe(0);
    await until(async () => (await addresses(rondo)) === "3");
    const seen = new Set<string>();
    let isOver = false;
    const watching = (async () => {
      while (!isOver) seen.add(await addresses(rondo));
    })();
    expect((await upgrade()).status).toBe(0);
    for (let i = 0; i < 20; i++) await addresses(rondo);
    isOver = true;
    await watching;
    expect([...seen]).toEqual(["3"]);
    await end();
    for (const server of alive) server.close();
  });

  test("is refused while one is under way, as is what the new server would not know of; SIGTERM ends both", async () => {
    const address = `${nextNetwork()}.1`;
    const port = await findSharedPort([address]);
    const silent = await startSilent(address, port);
    const { rondo, upgrade } = await startChain({ zones: ZONES });
    // For the old server its first round of checks is over; the new one waits for the answer to this one.
    rondo.writeZone("example.com.yaml", writeSlowZone(address, port));
    const first = upgrade().catch((error: Error) => error);
    await rondo.waitForOutput(/starting a successor/);
    const second = await upgrade();
    expect(second).toMatchObject({ status: 1, takenOver: false });
    expect(second.reason).toContain("under way");
    const drained = await runRondo("drain", "eu", "--admin", rondo.admin);
    expect(drained.status).toBe(1);
    expect(drained.stderr).toContain("about to take over");
    rondo.process.kill("SIGTERM");
    // Its output is closed when the last of them has ended.
    await new Promise((resolve) => rondo.process.once("close", resolve));
    expect(rondo.process.exitCode).toBe(0);
    await first;
    silent.close();
    rmSync(rondo.folder, { recursive: true, force: true });
  });

  test.each([
    ["killed", "process.kill(process.pid, 'SIGKILL')", "ended of SIGKILL"],
    ["ended by a fault", "process.exit(3)", "ended with status 3"],
  ])(
    "takes everything back from a successor that is %s as soon as it answers; the next one may take over",
    async (_, how, told) => {
      const folder = createFolder();
      const { rondo, upgrade, end } = await withPreloaded(
        folder,
        // Once, and without a chance to clean up.
        `const once = ${JSON.stringify(join(folder, "once"))};
        if (isMainThread && process.env.RONDO_SUCCEEDS !== undefined && !existsSync(once)) {
          const send = process.send.bind(process);
          process.send = (message, ...rest) => {
            const isSent = send(message, ...rest);
            if (message.type === "serving") {
              writeFileSync(once, "");
              setTimeout(() => { ${how}; }, 300);
            }
            return isSent;
          };
        }`,
        () => startChain({ zones: ZONES, folder, config: SETTINGS_WITH_CATALOG }),
      );
      const { status, stderr } = await upgrade();
      expect(status).toBe(1);
      expect(stderr).toContain("the old server goes on");
      expect(stderr).toContain(told);
      expect(rondo.output()).toMatch(/"level":"?error"?.*the successor did not live/);
      expect(rondo.process.exitCode).toBeNull();
      expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
      expect(readMessage((await askTcp(rondo.endpoint, WWW))!).answer.length).toBe(1);
      // What is changed now is this one's, and kept.
      expect((await runRondo("reload", "--admin", rondo.admin)).status).toBe(0);
      rondo.writeZone(
        "example.org.yaml",
        ZONES["example.com.yaml"].replace("example.com.", "example.org."),
      );
      const catalog = join(rondo.stateFolder, "catalog.json");
      const before = readFileSync(catalog, "utf8");
      expect((await runRondo("reload", "--admin", rondo.admin)).status).toBe(0);
      await until(() => readFileSync(catalog, "utf8") !== before);
      expect((await upgrade()).status).toBe(0);
      await until(() => rondo.process.exitCode === 0);
      expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
      await end();
    },
  );

  test("keeps the old server if an address overlaps one of its own, and says that it has to be restarted", async () => {
    const port = await findFreePort("127.0.0.1");
    const settings = (address: string): string =>
      `geo: { databases: [] }\nlisten: ["${address}:${port}"]\n`;
    const { rondo, upgrade, end } = await startChain({
      zones: ZONES,
      listen: [],
      config: settings("127.0.0.1"),
    });
    writeFileSync(join(rondo.folder, "rondo.yaml"), settings("0.0.0.0"));
    const { status, reason } = await upgrade();
    expect(status).toBe(1);
    expect(reason).toMatch(
      /^Cannot listen on 0\.0\.0\.0:\d+: it overlaps 127\.0\.0\.1:\d+.* restart$/,
    );
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    await end();
  });

  test("keeps the old server if the new one could not be told anything: another has its admin place", async () => {
    const [before, after] = [await findFreePort("127.0.0.1"), await findFreePort("127.0.0.1")];
    const settings = (port: number): string =>
      `geo: { databases: [] }\nadmin: { listen: "127.0.0.1:${port}" }\n`;
    const rondo = await startRondo({ zones: ZONES, config: settings(before) });
    const other = await startSilent("127.0.0.1", after);
    writeFileSync(join(rondo.folder, "rondo.yaml"), settings(after));
    const { status, stderr } = await runRondo("upgrade", "--admin", rondo.admin);
    expect(status).toBe(1);
    expect(stderr).toContain(`No admin interface on 127.0.0.1:${after}: something else listens`);
    expect(rondo.process.exitCode).toBeNull();
    other.close();
    expect((await runRondo("upgrade", "--admin", rondo.admin)).status).toBe(0);
    await until(() => rondo.process.exitCode === 0);
    const state = await runRondo("status", "--json", "--admin", `127.0.0.1:${after}`);
    const { pid } = JSON.parse(state.stdout) as { pid: number };
    process.kill(pid, "SIGTERM");
    await until(() => !isRunning(pid));
    rmSync(rondo.folder, { recursive: true, force: true });
  });

  test("goes on if the new server is told to stop while both answer", async () => {
    const { rondo, upgrade, end } = await startChain({ zones: ZONES });
    const upgrading = upgrade();
    await rondo.waitForOutput(/a successor answers, too/);
    const [line] = rondo.output().match(/^.*a successor answers, too.*$/m) ?? [];
    const { pid } = JSON.parse(line!) as { pid: number };
    successors.add(pid);
    process.kill(pid, "SIGTERM");
    const { status, reason } = await upgrading;
    expect(status).toBe(1);
    expect(reason).toContain("told to stop (SIGTERM)");
    await until(() => !isRunning(pid));
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    expect((await upgrade()).status).toBe(0);
    await end();
  });

  test("SIGTERM while both answer ends both", async () => {
    const { rondo, upgrade } = await startChain({ zones: ZONES });
    const upgrading = upgrade().catch((error: Error) => error);
    await rondo.waitForOutput(/a successor answers, too/);
    rondo.process.kill("SIGTERM");
    // Its output is closed when the last of them has ended.
    await new Promise((resolve) => rondo.process.once("close", resolve));
    expect(rondo.process.exitCode).toBe(0);
    await expect(askTcp(rondo.endpoint, WWW)).rejects.toThrow("ECONNREFUSED");
    await upgrading;
    rmSync(rondo.folder, { recursive: true, force: true });
  });

  test("tells the service manager when it answers, who does after it, and that it stops", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rondo-manager-"));
    const path = join(folder, "notify");
    const manager = await openDatagrams(path);
    process.env.NOTIFY_SOCKET = path;
    const { upgrade, end } = await startChain({ zones: ZONES }).finally(() => {
      delete process.env.NOTIFY_SOCKET;
    });
    expect(manager.next()).toMatch(/^READY=1\nSTATUS=serving on 127\.0\.0\.1 port \d+$/);
    const { pid } = await upgrade();
    expect(manager.next()).toBe(`MAINPID=${pid}`);
    expect(manager.next()).toMatch(/^READY=1\n/);
    await end();
    expect(manager.next()).toBe("STOPPING=1");
    manager.close();
    rmSync(folder, { recursive: true });
  });

  test("keeps the old server where sockets cannot be handed over", async () => {
    const { rondo, upgrade, end } = await startChain({ zones: ZONES, args: ["--udp", "dgram"] });
    const { status, stderr } = await upgrade();
    expect(status).toBe(1);
    expect(stderr).toContain("node:dgram");
    expect(rondo.process.exitCode).toBeNull();
    await end();
  });
});

/** Catalogs are of zones that somebody may have. */
const SETTINGS_WITH_CATALOG = `
geo: { databases: [] }
transfer: { allow: [127.0.0.9] }
catalog: { zone: catalog.test. }
`;

/** Starts something with a module that every process of it, and every successor, runs first. */
async function withPreloaded<T>(folder: string, text: string, start: () => Promise<T>): Promise<T> {
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

/** The socket of a service manager. */
async function openDatagrams(path: string): Promise<{ next(): string; close(): void }> {
  const loaded = await loadLibc();
  if ("reason" in loaded) throw new Error(loaded.reason);
  const { libc } = loaded;
  const descriptor = libc.socket(1, 2, 0);
  const address = writeUnixAddress(path);
  if (libc.bind(descriptor, address, address.length) < 0) throw new Error("Cannot bind");
  const octets = Buffer.alloc(4096);
  return {
    next: () => octets.toString("utf8", 0, readSync(descriptor, octets)),
    close: () => closeSync(descriptor),
  };
}

function writeSlowZone(address: string, port: number): string {
  return `
zone: example.com.
healthchecks: { slow: { protocol: HTTP, port: ${port}, path: /, timeout: 10s, interval: 30s } }
pools: { eu: { healthcheck: slow, values: [{ value: ${address} }] } }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, dynamic: { rules: [{ pool: eu }] } }
`;
}
