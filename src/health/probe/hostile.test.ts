import type { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import {
  closeServers,
  createHttpsTarget,
  createHttpTarget,
  run,
  serveTcp,
} from "../../../test/support/probe-servers.ts";

afterEach(closeServers);

test("probe() leaves no socket and no timer behind at 500 hostile servers", async () => {
  const head = "HTTP/1.1 200 OK\r\n\r\n";
  const behaviours: ((socket: Socket) => void)[] = [
    () => {},
    (socket) => {
      socket.write(head);
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16_384, "x")));
      };
      socket.on("drain", flood);
      flood();
    },
    (socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
    },
    (socket) => socket.end(),
    (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n"),
  ];
  let turn = 0;
  const port = await serveTcp((socket) => {
    socket.on("end", () => socket.destroy());
    socket.resume();
    behaviours[turn++ % behaviours.length]!(socket);
  });
  const timersBefore = countResources("Timeout");
  const targets = Array.from({ length: 500 }, (_, i) => {
    const settings = { timeout: 1000, body: "healthy" };
    return i % 10 === 0 ? createHttpsTarget(port, settings) : createHttpTarget(port, settings);
  });
  const results = await Promise.all(targets.map(run));
  expect(results.map(({ kind }) => kind)).toEqual(Array(500).fill("failure"));
  // Both ends are in this process: the servers' ends close when they hear of it.
  await vi.waitFor(() => expect(countResources("TCPSocketWrap")).toBe(0), { timeout: 30_000 });
  expect(countResources("Timeout")).toBeLessThanOrEqual(timersBefore);
});

function countResources(name: string): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === name).length;
}
