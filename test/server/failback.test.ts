import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addresses, findSharedPort, nextNetwork, writeZone } from "../support/checked-zone.ts";
import { createFolder, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";
import { startChain, withPreloaded } from "../support/upgrade-chain.ts";

test("a pool that waits for an operator goes on waiting when the server was killed", async () => {
  const { near, far, port, zones } = await planPools();
  const folder = createFolder();
  const options = { zones, folder };
  const listening = [await listen(far, port)];

  const first = await startRondo(options);
  await until(async () => (await addresses(first)) === "2");
  listening.push(await listen(near, port));
  await first.waitForOutput(/near is in service again, held back until `rondo failback near`/);
  expect(await addresses(first)).toBe("2");
  const saved = join(first.stateFolder, "steering.json");
  await until(() => existsSync(saved) && readFileSync(saved, "utf8").includes("near"));
  const killed = new Promise((resolve) => first.process.once("close", resolve));
  first.process.kill("SIGKILL");
  await killed;

  const second = await startRondo(options);
  expect(await addresses(second)).toBe("2");
  expect(second.output()).toContain("until `rondo failback near`");
  await second.stop();
  for (const server of listening) server.close();
  rmSync(folder, { recursive: true });
});

test("a pool that waits for an operator goes on waiting after an upgrade, though the disk did not take it", async () => {
  const { near, far, port, zones } = await planPools();
  const folder = createFolder();
  // Nothing can be written in its place.
  mkdirSync(join(folder, "state", "steering.json"), { recursive: true });
  const listening = [await listen(far, port)];
  const { rondo, upgrade, end } = await startChain({ zones, folder });
  await until(async () => (await addresses(rondo)) === "2");
  listening.push(await listen(near, port));
  await rondo.waitForOutput(/near is in service again, held back until `rondo failback near`/);
  expect((await upgrade()).status).toBe(0);
  await until(() => rondo.process.exitCode === 0);
  expect(await addresses(rondo)).toBe("2");
  for (const server of listening) server.close();
  await end();
});

test("a pool that was left and came back while its new server was loading is held back by that, too", async () => {
  const { near, far, port, zones } = await planPools();
  const folder = createFolder();
  const loaded = join(folder, "loaded");
  const listening = [await listen(far, port)];
  const first = await listen(near, port);
  const { rondo, upgrade, end } = await withPreloaded(
    folder,
    `if (isMainThread && process.env.RONDO_SUCCEEDS !== undefined) {
      while (!existsSync(${JSON.stringify(loaded)})) await new Promise((resolve) => setTimeout(resolve, 20));
    }`,
    () => startChain({ zones, folder }),
  );
  await until(async () => (await addresses(rondo)) === "1");
  const upgrading = upgrade();
  await rondo.waitForOutput(/starting a successor/);
  first.close();
  await until(async () => (await addresses(rondo)) === "2");
  listening.push(await listen(near, port));
  await rondo.waitForOutput(/near is in service again, held back until `rondo failback near`/);
  writeFileSync(loaded, "");
  expect((await upgrading).status).toBe(0);
  await until(() => rondo.process.exitCode === 0);
  expect(await addresses(rondo)).toBe("2");
  expect((await runRondo("failback", "near", "--admin", rondo.admin)).status).toBe(0);
  expect(await addresses(rondo)).toBe("1");
  for (const server of listening) server.close();
  await end();
});

/** The pool `near` waits for an operator when it comes back, `far` is its fallback; nobody listens yet. */
async function planPools(): Promise<{
  near: string;
  far: string;
  port: number;
  zones: Record<string, string>;
}> {
  const network = nextNetwork();
  const [near, far] = [`${network}.1`, `${network}.2`];
  const port = await findSharedPort([near, far]);
  const zone = writeZone("TCP", port, [near], [far]).replace(
    "fallback: far,",
    "fallback: far, failback: { manual: true },",
  );
  return { near, far, port, zones: { "example.com.yaml": zone } };
}

function listen(address: string, port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end();
    });
    server.listen(port, address, () => resolve(server));
  });
}
