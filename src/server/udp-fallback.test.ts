import { expect, it, vi } from "vitest";
import { askUdp } from "../../test/support/dns-client.ts";
import { echoOptions, echoPublication, echoQuery } from "../../test/support/echo-engine.ts";
import { listenAt } from "../../test/support/listen-at.ts";
import { until } from "../../test/support/until.ts";
import { silentLog } from "../log/log.ts";
import { type Server, startServer } from "./start-server.ts";

vi.mock("./libc.ts", () => ({ loadLibc: async () => ({ reason: "koffi is not installed" }) }));

function start(udp: "auto" | "mmsg"): Promise<Server> {
  const listen = [listenAt("127.0.0.1:0")];
  return startServer({ ...echoOptions, udp, listen, workers: 1, log: silentLog });
}

it("startServer() takes node:dgram where koffi is missing, and says why", async () => {
  const server = await start("auto");
  try {
    expect(server.udpPath).toEqual({
      path: "dgram",
      workers: 1,
      reason: "koffi is not installed",
    });
    server.publish(echoPublication(1));
    const { address, port } = server.addresses[0]!;
    await until(async () => (await askUdp({ address, port }, echoQuery(), 200)) !== undefined);
  } finally {
    await server.close();
  }
});

it("startServer() refuses to do without recvmmsg where that was asked for", async () => {
  await expect(start("mmsg")).rejects.toMatchObject({
    name: "ListenError",
    message: "Cannot serve UDP through recvmmsg: koffi is not installed",
  });
});
