import { expect, test, vi } from "vitest";
import { Closers } from "./closers.ts";
import { type OpenUpgradeOptions, openUpgrade } from "./open-upgrade.ts";
import type { StartingSuccessor, Successor, UpgradeOutcome } from "./upgrade/start-successor.ts";

const start = vi.hoisted(() => vi.fn<() => StartingSuccessor>());
vi.mock("./upgrade/start-successor.ts", () => ({ startSuccessor: start }));
vi.mock("./upgrade/find-hindrance.ts", () => ({
  describeOwnProcess: () => ({}),
  findHindrance: () => undefined,
}));

function createOptions(changes: Partial<OpenUpgradeOptions> = {}): OpenUpgradeOptions {
  return {
    sockets: () => [],
    version: "0.0.0",
    admin: undefined,
    steering: () => "",
    verdicts: () => new Map(),
    settled: async () => true,
    isDemo: false,
    isReady: () => true,
    log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    closers: new Closers(),
    ...changes,
  };
}

/** A successor that answers at once, and goes on or ends when the test says so. */
function startAnswering(): { settle: (end: string | undefined) => void; abort: () => void } {
  let settle: (end: string | undefined) => void = () => {};
  const steady = new Promise<string | undefined>((resolve) => {
    settle = resolve;
  });
  const successor: Successor = { pid: 4711, version: "1.0.0", steady, release: vi.fn() };
  const outcome: Promise<UpgradeOutcome> = Promise.resolve({ kind: "answering", successor });
  const abort = vi.fn(() => settle("it ended with status 0"));
  start.mockReturnValueOnce({ outcome, abort });
  return { settle, abort };
}

test("openUpgrade() goes on, and lets others change things, when no process can be started", async () => {
  start.mockImplementationOnce(() => {
    throw new Error("spawn ENOMEM");
  });
  const upgrade = openUpgrade(createOptions());
  expect(await upgrade.run()).toMatchObject({
    takenOver: false,
    reason: "the successor cannot be started: spawn ENOMEM",
  });
  expect(upgrade.isUnderWay()).toBe(false);
});

test("openUpgrade() starts nobody who would not know what operators have said", async () => {
  const starts = start.mock.calls.length;
  const upgrade = openUpgrade(createOptions({ settled: async () => false }));
  expect(await upgrade.run()).toMatchObject({
    takenOver: false,
    reason: expect.stringContaining("overrides"),
  });
  expect(start.mock.calls.length).toBe(starts);
  expect(upgrade.isUnderWay()).toBe(false);
});

test("openUpgrade() starts nobody after it was told to stop, though it was asked to before", async () => {
  const starts = start.mock.calls.length;
  let settle: (isSettled: boolean) => void = () => {};
  const settled = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const options = createOptions({ settled: () => settled });
  const running = openUpgrade(options).run();
  await options.closers.close();
  settle(true);
  expect(await running).toMatchObject({ takenOver: false, reason: "the server was told to stop" });
  expect(start.mock.calls.length).toBe(starts);
});

test("openUpgrade() leaves everything to a successor that goes on answering", async () => {
  const { settle } = startAnswering();
  const upgrade = openUpgrade(createOptions());
  const running = upgrade.run();
  settle(undefined);
  expect(await running).toMatchObject({ takenOver: true, pid: 4711, version: "1.0.0" });
  expect(await upgrade.succeeded).toMatchObject({ pid: 4711 });
  expect(upgrade.isUnderWay()).toBe(true);
});

test("openUpgrade() goes on, and says so loudly, when a successor ends that answers already", async () => {
  const { settle } = startAnswering();
  const options = createOptions();
  const upgrade = openUpgrade(options);
  const succeeded = vi.fn();
  void upgrade.succeeded.then(succeeded);
  const running = upgrade.run();
  settle("it ended of SIGSEGV");
  expect(await running).toMatchObject({
    takenOver: false,
    pid: null,
    reason: expect.stringMatching(/1\.0\.0 .*it ended of SIGSEGV/),
  });
  expect(options.log.error).toHaveBeenCalledOnce();
  expect(succeeded).not.toHaveBeenCalled();
  expect(upgrade.isUnderWay()).toBe(false);
});

test("openUpgrade() ends a successor that answers already when it is told to stop", async () => {
  const { abort } = startAnswering();
  const options = createOptions();
  const upgrade = openUpgrade(options);
  const running = upgrade.run();
  await vi.waitFor(() => expect(options.log.info).toHaveBeenCalledTimes(2));
  await options.closers.close();
  expect(abort).toHaveBeenCalledOnce();
  expect(await running).toMatchObject({ takenOver: false, reason: "the server was told to stop" });
  expect(options.log.error).not.toHaveBeenCalled();
});
