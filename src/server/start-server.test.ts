import { spawn, spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askTcp, askUdp, type Endpoint, frame, openTcp } from "../../test/support/dns-client.ts";
import {
  ECHO,
  echoOptions,
  echoPublication,
  echoQuery,
  readEcho,
} from "../../test/support/echo-engine.ts";
import { listenAt } from "../../test/support/listen-at.ts";
import { query } from "../../test/support/packet.ts";
import { findFreePort } from "../../test/support/ports.ts";
import { until } from "../../test/support/until.ts";
import { parseAddress } from "../address/parse.ts";
import { type Log, silentLog } from "../log/log.ts";
import type { ControlDesk, ControlRequest } from "./control-desk.ts";
import { loadLibc } from "./libc.ts";
import { type Server, type ServerOptions, startServer } from "./start-server.ts";

const loaded = await loadLibc();
const paths: ("mmsg" | "dgram")[] = "libc" in loaded ? ["mmsg", "dgram"] : ["dgram"];

let running: Server[] = [];
afterEach(async () => {
  await Promise.all(running.map((server) => server.close()));
  running = [];
});

async function start(
  udp: ServerOptions["udp"],
  listen: readonly string[],
  options: { workers?: number; log?: Log; publish?: boolean; desk?: ControlDesk } = {},
): Promise<{ server: Server; to: Endpoint[] }> {
  const server = await startServer({
    ...echoOptions,
    udp,
    listen: listen.map(listenAt),
    workers: options.workers ?? 1,
    log: options.log ?? silentLog,
    ...(options.desk && { desk: options.desk }),
  });
  running.push(server);
  if (options.publish ?? true) server.publish(echoPublication(1));
  return { server, to: server.addresses.map(({ address, port }) => ({ address, port })) };
}

/** Asks until there is an answer that fits, as a client would whose first packets are lost. */
async function askUntil(
  to: Endpoint,
  fits: (echo: ReturnType<typeof readEcho>) => boolean,
): Promise<void> {
  await until(async () => {
    const answer = await askUdp(to, echoQuery(), 200);
    return answer !== undefined && fits(readEcho(answer));
  });
}

function collectLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const add = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { log: { debug: add, info: add, warn: add, error: add }, lines };
}

describe.each(paths)("startServer() on the path %s", (path) => {
  it("answers over UDP and TCP, on IPv4 and IPv6, on the same port", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0", "[::1]:0", "127.0.0.2:0"]);
    expect(server.udpPath.path).toBe(path);
    expect(server.addresses.map(({ address }) => address)).toEqual([
      "127.0.0.1",
      "::1",
      "127.0.0.2",
    ]);
    for (const [i, endpoint] of to.entries()) {
      for (const ask of [askUdp, askTcp]) {
        const echo = readEcho((await ask(endpoint, echoQuery(77 + i)))!);
        expect(echo).toMatchObject({ id: 77 + i, version: 1, family: i === 1 ? 6 : 4 });
      }
    }
  });

  it("tells the engine the client's address", async () => {
    const { to } = await start(path, ["127.0.0.1:0"]);
    const answer = await askUdp(to[0]!, echoQuery(), 3000, "127.0.0.77");
    expect(readEcho(answer!)).toMatchObject({ family: 4, source: [127, 0, 0, 77] });
  });

  it("gives NOTIFY to the desk and sends the first message back from the address asked", async () => {
    const requests: ControlRequest[] = [];
    const ended: string[] = [];
    const desk: ControlDesk = async function* (request) {
      requests.push(request);
      try {
        yield Uint8Array.of(...request.octets.subarray(0, 2), 0xa4, ...new Uint8Array(9));
        yield new Uint8Array(12);
      } finally {
        ended.push(request.transport);
      }
    };
    const notify = query({ id: 0x0909, name: "example.com", type: "SOA", opcode: 4 });
    const { to } = await start(path, ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0"], { desk });
    const expected = [9, 9, 0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const asked: [Endpoint, string][] = [
      [to[0]!, "127.0.0.77"],
      [{ ...to[1]!, address: "127.0.0.5" }, "127.0.0.78"],
      [to[2]!, "::1"],
    ];
    for (const [endpoint, from] of asked) {
      // Node's dgram does not listen on every address of 127.0.0.0/8.
      if (path === "dgram" && endpoint.address === "127.0.0.5") continue;
      expect([...(await askUdp(endpoint, notify, 5000, from))!]).toEqual(expected);
      expect(requests.at(-1)).toEqual({
        octets: notify,
        source: parseAddress(from),
        transport: "udp",
      });
    }
    expect([...(await askTcp(to[0]!, notify))!]).toEqual(expected);
    expect(readEcho((await askUdp(to[0]!, echoQuery(7)))!).id).toBe(7);
    await until(() => ended.length === requests.length);
  });

  it("takes a publication while it waits for queries", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0"]);
    expect(readEcho((await askUdp(to[0]!, echoQuery()))!).version).toBe(1);
    server.publish(echoPublication(2));
    await askUntil(to[0]!, ({ version }) => version === 2);
    expect(readEcho((await askTcp(to[0]!, echoQuery()))!).version).toBe(2);
  });

  it("keeps a publication that cannot be read from every thread, and the old one served", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0"]);
    await askUntil(to[0]!, ({ version }) => version === 1);
    expect(() => server.publish(echoPublication(255))).toThrow("255");
    for (const ask of [askUdp, askTcp]) {
      expect(readEcho((await ask(to[0]!, echoQuery()))!).version).toBe(1);
    }
    expect(server.counters().restarts).toBe(0);
  });

  it("rotates by one per query, over a publication too", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0"]);
    const ask = async (): Promise<number> =>
      readEcho((await askUdp(to[0]!, echoQuery()))!).rotation;
    expect([await ask(), await ask(), await ask()]).toEqual([0, 1, 2]);
    server.publish(echoPublication(2, 5));
    expect(await ask()).toBe(3);
  });

  it("answers SERVFAIL where the engine throws, counts it, and goes on", async () => {
    const { log, lines } = collectLog();
    const { server, to } = await start(path, ["127.0.0.1:0"], { log });
    for (const ask of [askUdp, askTcp]) {
      const answer = await ask(to[0]!, echoQuery(ECHO.throw));
      expect([...answer!]).toEqual([0xde, 0xad, 0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    expect(readEcho((await askUdp(to[0]!, echoQuery(5)))!).id).toBe(5);
    expect(server.counters().udp.faulted).toBe(2);
    await until(() => lines.filter((line) => line.includes("Asked to throw")).length > 0);
  });

  it("replaces a thread that dies, with the newest publication and the counters so far", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0", "[::1]:0"]);
    server.publish(echoPublication(2));
    await askUntil(to[0]!, ({ version }) => version === 2);
    const before = server.counters().answers[0]!;
    await askUdp(to[0]!, echoQuery(ECHO.exit), 1);
    await until(() => server.counters().restarts === 1);
    for (const endpoint of to) await askUntil(endpoint, ({ version }) => version === 2);
    server.publish(echoPublication(3));
    await askUntil(to[1]!, ({ version }) => version === 3);
    expect(server.counters().answers[0]).toBeGreaterThan(before + 3);
  });

  it("replaces the thread of the connections, which costs its clients no more than those", async () => {
    const { log, lines } = collectLog();
    const { server, to } = await start(path, ["127.0.0.1:0"], { log });
    const other = await openTcp(to[0]!);
    other.write(frame(echoQuery(1)));
    const { rotation } = readEcho((await other.next())!);
    server.publish(echoPublication(2));
    const deadly = await openTcp(to[0]!);
    deadly.write(frame(echoQuery(ECHO.exit)));
    expect(await deadly.next()).toBeUndefined();
    expect(await other.next()).toBeUndefined();
    // Who comes while there is no thread waits, where the socket is the main thread's.
    if (path === "dgram")
      await until(() => lines.some((line) => line.includes("starting another")));
    await until(async () => {
      const answer = await askTcp(to[0]!, echoQuery(7)).catch(() => undefined);
      if (path === "mmsg") expect(answer).toBeDefined();
      return answer !== undefined && readEcho(answer).version === 2;
    });
    expect(readEcho((await askTcp(to[0]!, echoQuery(7)))!).rotation).toBe(rotation + 2);
    const { restarts, tcp } = server.counters();
    expect([restarts, tcp.accepted]).toEqual([1, 4]);
    await until(() => server.counters().tcp.connections === 0);
    expect(lines.filter((line) => line.startsWith("TCP thread ended"))).toHaveLength(1);
  });

  it("answers over UDP and TCP while the main thread does something else for long", async () => {
    const { to } = await start(path, ["127.0.0.1:0"]);
    for (const ask of [askUdp, askTcp]) expect(await ask(to[0]!, echoQuery(7))).toBeDefined();
    const { address, port } = to[0]!;
    const asker = `
      const socket = require("node:net").connect(${port}, "${address}");
      const query = Buffer.from("${Buffer.from(echoQuery(9)).toString("hex")}", "hex");
      const udp = require("node:dgram").createSocket("udp4");
      udp.send(query, ${port}, "${address}");
      udp.once("message", () => {
        socket.once("data", () => process.exit(0));
        socket.write(Buffer.concat([Buffer.from([0, query.length]), query]));
      });
      setTimeout(() => process.exit(1), 10_000);`;
    // This waits for the asker, and so does everything else in this thread.
    expect(spawnSync(process.execPath, ["-e", asker]).status).toBe(0);
  });

  it("sums the counters of all transports", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0"]);
    for (let i = 0; i < 3; i++) await askUdp(to[0]!, echoQuery());
    await askTcp(to[0]!, echoQuery());
    expect(server.counters().answers[0]).toBe(4);
    expect(server.counters().tcp.accepted).toBe(1);
  });

  it("refuses a port that another UDP socket has, and names its holder", async () => {
    const port = await findFreePort();
    const bind = `require("node:dgram").createSocket("udp4").bind(${port}, "127.0.0.1", () => console.log("bound"))`;
    const holder = spawn(process.execPath, ["-e", bind], { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    try {
      await expect(start(path, [`127.0.0.1:${port}`], { workers: 2 })).rejects.toMatchObject({
        name: "ListenError",
        code: "EADDRINUSE",
        message: expect.stringMatching(`^Cannot listen on 127.0.0.1:${port} \\(UDP\\): .*in use`),
      });
      if (process.platform === "linux") {
        await expect(start(path, [`127.0.0.1:${port}`])).rejects.toThrow(`pid ${holder.pid} (`);
      }
    } finally {
      holder.kill();
      await once(holder, "exit");
    }
    // Nothing of the failed start is left behind.
    const { to } = await start(path, [`127.0.0.1:${port}`]);
    await askUntil(to[0]!, () => true);
  });

  it("refuses a port that another TCP server has", async () => {
    const holder = createTcpServer();
    holder.listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as { port: number };
    await expect(start(path, [`127.0.0.1:${port}`])).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port} (TCP): the port is in use`,
    );
    holder.close();
  });

  it("refuses a port of a server with several threads, which would let another one join", async () => {
    const { to } = await start(path, ["127.0.0.1:0"], { workers: 2 });
    const { port } = to[0]!;
    await expect(start(path, [`127.0.0.1:${port}`], { workers: 2 })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("serves the other addresses while one does not exist", async () => {
    const { log, lines } = collectLog();
    const { to } = await start(path, ["192.0.2.1:0", "127.0.0.1:0"], { log });
    expect(to).toHaveLength(1);
    await askUntil(to[0]!, () => true);
    expect(lines.join("\n")).toContain('trying again {"address":"192.0.2.1:0"}');
  });

  it("close() leaves neither thread nor socket behind", async () => {
    const { server, to } = await start(path, ["127.0.0.1:0", "[::1]:0"], { workers: 2 });
    for (const endpoint of to) await askUntil(endpoint, () => true);
    await server.close();
    const again = await start(
      path,
      to.map(({ address, port }) => `${address.includes(":") ? `[${address}]` : address}:${port}`),
    );
    await askUntil(again.to[0]!, () => true);
  });

  it("close() works before the first publication and in the middle of a replacement", async () => {
    const errors: string[] = [];
    const log: Log = { ...silentLog, error: (_fields, message) => void errors.push(message) };
    const { server } = await start(path, ["127.0.0.1:0"], { publish: false, log });
    await server.close();
    expect(errors).toEqual([]);
    const { server: second, to } = await start(path, ["127.0.0.1:0"]);
    await askUntil(to[0]!, () => true);
    await askUdp(to[0]!, echoQuery(ECHO.exit), 1);
    await until(() => second.counters().restarts === 1);
    await until(async () => {
      await askUdp(to[0]!, echoQuery(ECHO.exit), 1);
      return second.counters().restarts === 2;
    });
    await second.close();
  });
});

describe.runIf("libc" in loaded)("startServer() with recvmmsg", () => {
  it.each([
    ["0.0.0.0:0", "127.0.0.5"],
    ["[::]:0", "::1"],
  ])("answers from the address that was asked on the wildcard %s", async (listen, address) => {
    const { to } = await start("mmsg", [listen]);
    // askUdp() takes no answer from any other address.
    const answer = await askUdp({ address, port: to[0]!.port }, echoQuery());
    expect(readEcho(answer!).version).toBe(1);
  });

  it("serves 0.0.0.0 and [::] on one port", async () => {
    const port = await findFreePort();
    await start("mmsg", [`0.0.0.0:${port}`, `[::]:${port}`], { workers: 2 });
    for (const address of ["127.0.0.1", "127.0.0.6", "::1"]) {
      expect(await askUdp({ address, port }, echoQuery()), address).toBeDefined();
      expect(await askTcp({ address, port }, echoQuery()), address).toBeDefined();
    }
  });

  it("answers a query from what was published before it, however long the thread slept", async () => {
    const { server, to } = await start("mmsg", ["127.0.0.1:0"]);
    await askUdp(to[0]!, echoQuery());
    for (let version = 2; version <= 20; version++) {
      server.publish(echoPublication(version));
      expect(readEcho((await askUdp(to[0]!, echoQuery()))!).version).toBe(version);
    }
  });

  it("answers the queries that waited for the first publication", async () => {
    const { server, to } = await start("mmsg", ["127.0.0.1:0"], { publish: false });
    const asked = askUdp(to[0]!, echoQuery(), 10_000);
    server.publish(echoPublication(9));
    expect(readEcho((await asked)!).version).toBe(9);
  });

  it("answers each query of a burst once, silent ones and faults in between", async () => {
    const { to } = await start("mmsg", ["127.0.0.1:0"], { workers: 2 });
    await askUntil(to[0]!, () => true);
    const sockets = await Promise.all(Array.from({ length: 4 }, openClient));
    const answers: number[] = [];
    for (const socket of sockets) {
      socket.on("message", (answer) => answers.push((answer[0]! << 8) | answer[1]!));
    }
    const expected: number[] = [];
    for (let i = 0; i < 400; i++) {
      const id = i % 3 === 0 ? ECHO.silent : i % 7 === 0 ? ECHO.throw : i;
      if (id !== ECHO.silent) expected.push(id);
      sockets[i % 4]!.send(echoQuery(id, 12 + (i % 100)), to[0]!.port, to[0]!.address);
    }
    await until(() => answers.length >= expected.length);
    expect(answers.sort()).toEqual(expected.sort());
    for (const socket of sockets) socket.close();
  });

  it("goes on serving on the other threads while one is in a crash loop", async () => {
    const { server, to } = await start("mmsg", ["127.0.0.1:0"], { workers: 2 });
    const clients = await Promise.all(Array.from({ length: 16 }, openClient));
    const answered = new Set<Socket>();
    for (const client of clients) client.on("message", () => answered.add(client));
    // The kernel gives all packets of one client to one thread.
    const ask = (client: Socket, id: number): void =>
      client.send(echoQuery(id), to[0]!.port, to[0]!.address);
    for (const client of clients) ask(client, 1);
    await until(() => answered.size === clients.length);
    for (let deaths = 1; deaths <= 3; deaths++) {
      ask(clients[0]!, ECHO.exit);
      await until(() => server.counters().restarts === deaths);
    }
    answered.clear();
    for (const client of clients) ask(client, 1);
    await until(() => answered.size === clients.length);
    for (const client of clients) client.close();
  });

  it("starts different threads at different places of the rotation", async () => {
    const { to } = await start("mmsg", ["127.0.0.1:0"], { workers: 2 });
    const rotations = new Set<number>();
    await until(async () => {
      const answer = await askUdp(to[0]!, echoQuery());
      rotations.add(readEcho(answer!).rotation);
      return [...rotations].some((at) => at >= 40503) && [...rotations].some((at) => at < 40503);
    });
  });
});

describe.runIf("libc" in loaded)("startServer() with sockets of another process", () => {
  it.each([
    [2, 1],
    [1, 3],
  ])(
    "reads none before start(), and close() of the other does not end them: %i threads, then %i",
    async (own, workers) => {
      const before = await start("mmsg", ["127.0.0.1:0"], { workers: own });
      const [to] = before.to;
      const sockets = before.server.listSockets();
      if (typeof sockets === "string") throw new Error(sockets);
      // As an exec would leave them: the same sockets under other numbers.
      const handed = sockets.map((socket) => ({
        ...socket,
        descriptors: socket.descriptors.map(duplicate),
      }));
      const listen = listenAt(`${to!.address}:${to!.port}`);
      const options = { udp: "mmsg", listen: [listen], workers, log: silentLog } as const;
      const server = await startServer({ ...echoOptions, ...options, handed });
      running.push(server);
      server.publish(echoPublication(9));
      for (let i = 0; i < 20; i++) {
        expect(readEcho((await askUdp(to!, echoQuery()))!).version).toBe(1);
        expect(readEcho((await askTcp(to!, echoQuery()))!).version).toBe(1);
      }
      server.start();
      expect(server.listSockets()[0]).toMatchObject({
        descriptors: { length: Math.max(own, workers) },
      });
      await before.server.retire();
      for (let i = 0; i < 20; i++) {
        expect(readEcho((await askUdp(to!, echoQuery()))!).version).toBe(9);
        expect(readEcho((await askTcp(to!, echoQuery()))!).version).toBe(9);
      }
    },
  );

  it("sends what the control plane still owes when it is told to end", async () => {
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let isAsked = false;
    const desk: ControlDesk = async function* ({ octets }) {
      isAsked = true;
      await asked;
      yield Uint8Array.of(...octets.subarray(0, 2), 0xa4, ...new Uint8Array(9));
    };
    const notify = query({ id: 0x0909, name: "example.com", type: "SOA", opcode: 4 });
    const { server, to } = await start("mmsg", ["127.0.0.1:0"], { desk });
    const reply = askUdp(to[0]!, notify);
    await until(() => isAsked);
    const closed = server.close();
    // Long after the thread has seen that it is to end: it looks every 2 ms.
    setTimeout(answer, 50);
    expect((await reply)?.length).toBe(12);
    await closed;
  });
});

describe("startServer() with node:dgram", () => {
  it("has one thread whatever was asked, and says so", async () => {
    const { log, lines } = collectLog();
    const { server } = await start("dgram", ["127.0.0.1:0"], { workers: 3, log });
    expect(server.udpPath).toEqual({ path: "dgram", workers: 1, reason: "asked for" });
    expect(lines.join("\n")).toContain("one thread");
  });

  it("serves a wildcard on the addresses of the host", async () => {
    const { to } = await start("dgram", ["0.0.0.0:0"]);
    await askUntil({ address: "127.0.0.1", port: to[0]!.port }, () => true);
    expect(await askTcp({ address: "127.0.0.5", port: to[0]!.port }, echoQuery())).toBeDefined();
  });
});

function duplicate(descriptor: number): number {
  if (!("libc" in loaded)) throw new Error(loaded.reason);
  return loaded.libc.duplicate(descriptor);
}

async function openClient(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}
