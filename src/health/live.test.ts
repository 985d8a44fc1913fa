/** The whole of health over real sockets and the real clock. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createTarget } from "../../test/support/health-targets.ts";
import { systemClock } from "../clock/clock.ts";
import type { CheckTarget } from "../zone/model.ts";
import { createHealth } from "./health.ts";
import { createProbe } from "./probe/probe.ts";

const TIMES = { interval: 200, timeout: 500, fast: 50, rise: 2, fall: 3 };

async function listen(address: string, port = 0): Promise<Server> {
  const server = createServer((_request, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

test("createHealth() sees a real server stop and come back", async () => {
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
  const servers = await Promise.all(addresses.map((address) => listen(address)));
  const targets: CheckTarget[] = servers.map((server, i) =>
    createTarget(addresses[i]!, TIMES, (server.address() as AddressInfo).port),
  );
  const [victim] = targets;
  let hear = (_change: string): void => {};
  const health = createHealth({
    targets,
    groups: [],
    references: [],
    clock: systemClock,
    random: Math.random,
    probe: createProbe("rondo"),
    onSnapshot: () => {},
    onTransition: (event) => {
      if (event.kind === "verdict" && event.from !== "init")
        hear(`${event.target.key} ${event.to}`);
    },
  });
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      hear = resolve;
    });
  try {
    await health.firstRound;
    const states = [...health.snapshot().targets.values()];
    expect(states.map(({ verdict }) => verdict)).toEqual(["up", "up", "up"]);
    const fall = next();
    await close(servers[0]!);
    expect(await fall).toBe(`${victim!.address} down`);
    expect(health.report().targets[0]?.state.lastError).toBe("connection refused");
    const rise = next();
    servers[0] = await listen(victim!.address, victim!.port);
    expect(await rise).toBe(`${victim!.address} up`);
  } finally {
    health.close();
    await Promise.all(servers.map(close));
  }
});
