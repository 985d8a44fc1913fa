import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const FILE = "example.com.yaml";

function zone(address: string): string {
  return `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.net.] }
  www: { type: A, ttl: 60, values: [${address}] }
`;
}

async function reload(nodeArguments: readonly string[]): Promise<void> {
  const rondo = await startRondo({ zones: { [FILE]: zone("192.0.2.1") }, nodeArguments });
  try {
    rondo.writeZone(FILE, zone("192.0.2.2"));
    await until(async () => {
      const reply = await askUdp(rondo.endpoint, query({ name: "www.example.com" }));
      return readMessage(reply!).answer[0]?.rdata === "192.0.2.2";
    });
  } finally {
    await rondo.stop();
  }
}

test.runIf(process.platform === "linux" && ["x64", "arm64"].includes(process.arch))(
  "zones are reloaded where the system refuses a thread a priority of its own",
  async () => {
    const filter = new URL("../support/refuse-priority.mjs", import.meta.url);
    await reload(["--import", filter.href]);
  },
);

test("zones are reloaded by a Node with arguments that no thread takes", async () => {
  await reload(["--max-old-space-size=500"]);
});

test("deploy/rondo.service lets threads lower their priority", () => {
  const unit = readFileSync(new URL("../../deploy/rondo.service", import.meta.url), "utf8");
  const filters = unit.split("\n").filter((line) => line.startsWith("SystemCallFilter="));
  // What comes last decides.
  expect(filters.at(-1)).toBe("SystemCallFilter=setpriority sched_setattr");
});
