import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { echoOptions, echoPublication } from "../../test/support/echo-engine.ts";
import { listenAt } from "../../test/support/listen-at.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { silentLog } from "../log/log.ts";
import { createDgramService } from "./dgram-service.ts";
import { loadLibc } from "./libc.ts";
import { createMmsgService } from "./mmsg-service.ts";
import { findStreamLimits } from "./stream-limits.ts";
import { StreamService } from "./stream-service.ts";
import type { UdpServiceOptions } from "./udp-service.ts";

const ANY = listenAt("127.0.0.1:0");
const OPTIONS: UdpServiceOptions = {
  workerEntry: echoOptions.workerEntry,
  settings: DEFAULT_ANSWER_SETTINGS,
  desk: () => [],
  answerCounters: echoOptions.answerCounters,
  wholePublication: () => echoPublication(1),
  log: silentLog,
};
const loaded = await loadLibc();
const libc = "libc" in loaded ? loaded.libc : undefined;

/** Fails where another socket has the port. */
async function takeUdp(port: number): Promise<void> {
  const socket = createSocket("udp4").bind(port, "127.0.0.1");
  await once(socket, "listening");
  socket.close();
}

/** Fails where another socket has the port. */
async function takeTcp(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  server.close();
}

it.runIf(libc !== undefined)(
  "createMmsgService() opens and starts nothing once it closes",
  async () => {
    const service = createMmsgService({ ...OPTIONS, libc: libc!, workers: 2 });
    const opened = await service.open(ANY);
    const closing = service.close();
    await expect(service.open(ANY)).rejects.toMatchObject({ code: "ECANCELED" });
    opened.start();
    await closing;
    opened.start();
    expect(service.listSockets()).toEqual([]);
    await takeUdp(opened.port);
  },
);

it("createDgramService() opens nothing once it closes, and looks for no more addresses", async () => {
  const service = createDgramService({
    ...OPTIONS,
    hostAddresses: () => ["127.0.0.1", "127.0.0.2"],
    recheckMs: 1,
  });
  const opening = service.open(listenAt("0.0.0.0:0"));
  const refused = expect(opening).rejects.toMatchObject({ code: "ECANCELED" });
  // The first of its addresses is being bound.
  await service.close();
  await expect(service.open(ANY)).rejects.toMatchObject({ code: "ECANCELED" });
  await refused;
});

it.each([["the main thread's", libc] as const, ["the thread's", undefined] as const])(
  "StreamService opens and starts nothing once it closes, where the sockets are %s",
  async (_, ofMain) => {
    const service = new StreamService({
      ...OPTIONS,
      name: "TCP",
      thread: 0,
      limits: findStreamLimits(1),
      libc: ofMain,
    });
    const opened = await service.open(ANY);
    const closing = service.close();
    await expect(service.open(ANY)).rejects.toMatchObject({ code: "ECANCELED" });
    opened.start();
    await closing;
    opened.start();
    expect(service.listSockets()).toEqual([]);
    await takeTcp(opened.port);
  },
);
