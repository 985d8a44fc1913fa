import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  addresses,
  ask,
  becomes,
  findSharedPort,
  nextNetwork,
  writeZone,
} from "../support/checked-zone.ts";
import { type Datacenter, startDatacenter } from "../support/datacenter.ts";
import { createFolder, type Rondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

/** Three datacenters near, one far, and a server that checks them; `near[0]` answers as address 1, `far` as 9. */
interface World {
  readonly near: readonly [Datacenter, Datacenter, Datacenter];
  readonly far: Datacenter;
  readonly all: readonly Datacenter[];
  readonly rondo: Rondo;
}

async function inWorld(
  protocol: "HTTP" | "TCP",
  body: (world: World) => Promise<void>,
): Promise<void> {
  const prefix = nextNetwork();
  const addresses = [1, 2, 3, 9].map((host) => `${prefix}.${host}`);
  const port = await findSharedPort(addresses);
  const all = await Promise.all(addresses.map((address) => startDatacenter(address, port)));
  const [one, two, three, far] = all as [Datacenter, Datacenter, Datacenter, Datacenter];
  const zoneText = writeZone(protocol, port, addresses.slice(0, 3), addresses.slice(3));
  let rondo: Rondo | undefined;
  try {
    rondo = await startRondo({
      zones: { "example.com.yaml": zoneText },
      args: ["--workers", "1"],
    });
    await body({ near: [one, two, three], far, all, rondo });
  } finally {
    await rondo?.stop();
    await Promise.all(all.map((datacenter) => datacenter.close()));
  }
}

describe.concurrent.each(["HTTP", "TCP"] as const)("datacenters checked over %s", (protocol) => {
  test("that all are well are all answered, with the record's TTL", () =>
    inWorld(protocol, async ({ rondo }) => {
      const { answer } = await ask(rondo);
      expect(answer.map(({ ttl }) => ttl)).toEqual([30, 30, 30]);
    }));

  test("leave the answer when they refuse connections, and return", () =>
    inWorld(protocol, async ({ near, rondo }) => {
      await near[1].become("closed");
      await becomes(rondo, "1,3");
      expect((await ask(rondo)).answer[0]?.ttl).toBe(15);
      await near[1].become("up");
      await becomes(rondo, "1,2,3");
    }));

  test("are replaced by the fallback when the whole pool is gone", () =>
    inWorld(protocol, async ({ near, rondo }) => {
      await Promise.all(near.map((datacenter) => datacenter.become("closed")));
      await becomes(rondo, "9");
      await near[0].become("up");
      await becomes(rondo, "1");
    }));

  test("are not taken back on a restart of the server while they are down", () =>
    inWorld(protocol, async ({ near, rondo }) => {
      await near[2].become("closed");
      await becomes(rondo, "1,2");
      const folder = createFolder();
      const text = readFileSync(join(rondo.zonesFolder, "example.com.yaml"), "utf8");
      const zones = { "example.com.yaml": text };
      const first = await startRondo({ zones, folder });
      await becomes(first, "1,2");
      // What was found out is written at most once a second.
      await until(() => existsSync(join(first.stateFolder, "health.json")), "the state is written");
      await until(
        () => readFileSync(join(first.stateFolder, "health.json"), "utf8").includes("down"),
        "the state says down",
      );
      await first.stop();
      const second = await startRondo({ zones, folder });
      expect(await addresses(second)).toBe("1,2");
      await near[2].become("up");
      await becomes(second, "1,2,3");
      await second.stop();
      rmSync(folder, { recursive: true, force: true });
    }));
});

describe.concurrent("datacenters checked over HTTP", () => {
  test("that all fall silent at once change nothing", () =>
    inWorld("HTTP", async ({ near, all, rondo }) => {
      // A state that is neither all nor nothing, so that falling back on either would show.
      await near[1].become("closed");
      await becomes(rondo, "1,3");
      await Promise.all(all.map((datacenter) => datacenter.become("silent")));
      const before = near.map((datacenter) => datacenter.contacts());
      const seen = new Set<string>();
      await until(
        async () => {
          seen.add(await addresses(rondo));
          return near.every((datacenter, i) => datacenter.contacts() >= before[i]! + 10);
        },
        { what: "each has been tried ten times in vain", deadlineMs: 40_000 },
      );
      expect([...seen]).toEqual(["1,3"]);
      await Promise.all(all.map((datacenter) => datacenter.become("up")));
      await becomes(rondo, "1,2,3");
    }));

  test("that answer 503 leave the answer", () =>
    inWorld("HTTP", async ({ near, rondo }) => {
      await near[2].become("503");
      await becomes(rondo, "1,2");
    }));

  test("that all answer 503 give the client its own first choice", () =>
    inWorld("HTTP", async ({ all, far, rondo }) => {
      await Promise.all(all.map((datacenter) => datacenter.become("503")));
      const isEmergency = async (): Promise<boolean> => (await ask(rondo)).answer[0]?.ttl === 5;
      await until(isEmergency, "the answer has the TTL of an emergency");
      expect(await addresses(rondo)).toBe("1,2,3");
      await far.become("up");
      await becomes(rondo, "9");
    }));

  test("that accept and say nothing leave the answer", () =>
    inWorld("HTTP", async ({ near, rondo }) => {
      await near[0].become("silent");
      await becomes(rondo, "2,3");
      await near[0].become("up");
      await becomes(rondo, "1,2,3");
    }));
});
