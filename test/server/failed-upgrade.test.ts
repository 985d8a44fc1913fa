import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadLibc } from "../../src/server/libc.ts";
import { findSharedPort, nextNetwork } from "../support/checked-zone.ts";
import { askTcp, askUdp, type Endpoint } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { findFreePort } from "../support/ports.ts";
import { createFolder, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";
import {
  isRunning,
  startChain,
  startSilent,
  successors,
  WWW,
  withPreloaded,
  ZONES,
} from "../support/upgrade-chain.ts";

/** Catalogs are of zones that somebody may have. */
const SETTINGS_WITH_CATALOG = `
geo: { databases: [] }
transfer: { allow: [127.0.0.9] }
catalog: { zone: catalog.test. }
`;

describe.runIf("libc" in (await loadLibc()))("a rondo upgrade that fails", () => {
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

  test.each([
    ["goes on", ""],
    [
      "is stuck",
      `if (isMainThread && process.env.RONDO_SUCCEEDS !== undefined) {
        const send = process.send.bind(process);
        process.send = (message, ...rest) => {
          if (message.type === "serving") setImmediate(() => { for (;;); });
          return send(message, ...rest);
        };
      }`,
    ],
  ])("SIGTERM while both answer ends both: the new one %s", async (_, text) => {
    const folder = createFolder();
    const { rondo, upgrade } = await withPreloaded(folder, text, () =>
      startChain({ zones: ZONES, folder }),
    );
    const upgrading = upgrade().catch((error: Error) => error);
    await rondo.waitForOutput(/a successor answers, too/);
    rondo.process.kill("SIGTERM");
    // Its output is closed when the last of them has ended.
    await new Promise((resolve) => rondo.process.once("close", resolve));
    expect(rondo.process.exitCode).toBe(0);
    // Of what a process has open, its output is closed first.
    await until(() => isRefused(rondo.endpoint), "nobody listens");
    await upgrading;
    rmSync(rondo.folder, { recursive: true, force: true });
  });

  test("waits for an old server that is stopped, answering, and says so loudly; that one goes on where it was", async () => {
    const folder = createFolder();
    const { rondo, upgrade, end } = await withPreloaded(
      folder,
      `if (isMainThread && process.env.RONDO_SUCCEEDS !== undefined) {
        const send = process.send.bind(process);
        process.send = (message, ...rest) => {
          if (message.type === "serving") process.kill(process.ppid, "SIGSTOP");
          return send(message, ...rest);
        };
      }`,
      () => startChain({ zones: ZONES, folder, config: SETTINGS_WITH_CATALOG }),
    );
    const upgrading = upgrade();
    // Longer than the old one waits for words of the new one.
    await rondo.waitForOutput(/"level":"?error"?.*this one answers, but.*says nothing/);
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    rondo.process.kill("SIGCONT");
    expect((await upgrading).status).toBe(0);
    await until(() => rondo.process.exitCode === 0);
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    expect((await runRondo("reload", "--admin", rondo.admin)).status).toBe(0);
    await end();
  });

  test("keeps the old server if that hands over in the way of an earlier version, without what pools are held back", async () => {
    const folder = createFolder();
    const { rondo, upgrade, end } = await withPreloaded(
      folder,
      `if (isMainThread && process.env.RONDO_SUCCEEDS !== undefined) {
        const emit = process.emit;
        process.emit = function (name, message, ...rest) {
          const isFirst = name === "message" && message.type === "sockets";
          return emit.call(this, name, isFirst ? { ...message, format: 1 } : message, ...rest);
        };
      }`,
      () => startChain({ zones: ZONES, folder }),
    );
    const { status, stderr } = await upgrade();
    expect(status).toBe(1);
    expect(stderr).toContain("in a way that this version does not know: restart it instead");
    expect(rondo.process.exitCode).toBeNull();
    await end();
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

function isRefused(endpoint: Endpoint): Promise<boolean> {
  return askTcp(endpoint, WWW).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ECONNREFUSED",
  );
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
