import { createSocket, type Socket } from "node:dgram";
import { closeSync, mkdtempSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadLibc } from "../../src/server/libc.ts";
import { writeUnixAddress } from "../../src/upgrade/service-manager.ts";
import { addresses, findSharedPort, nextNetwork, writeZone } from "../support/checked-zone.ts";
import { askTcp, askUdp, type Endpoint, frame, openTcp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { findFreePort } from "../support/ports.ts";
import { runRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";
import { startChain, startSilent, WWW, ZONES } from "../support/upgrade-chain.ts";

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
});

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
