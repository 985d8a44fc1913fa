import { expect, test, vi } from "vitest";
import { openUpgrade } from "./open-upgrade.ts";

vi.mock("./upgrade/start-successor.ts", () => ({
  startSuccessor: () => {
    throw new Error("spawn ENOMEM");
  },
}));
vi.mock("./upgrade/find-hindrance.ts", () => ({
  describeOwnProcess: () => ({}),
  findHindrance: () => undefined,
}));

test("openUpgrade() goes on, and lets others change things, when no process can be started", async () => {
  const upgrade = openUpgrade({
    sockets: () => [],
    version: "0.0.0",
    verdicts: () => new Map(),
    settled: async () => {},
    isDemo: false,
    isReady: () => true,
    log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    closers: [],
  });
  expect(await upgrade.run()).toMatchObject({
    takenOver: false,
    reason: "the successor cannot be started: spawn ENOMEM",
  });
  expect(upgrade.isUnderWay()).toBe(false);
});
