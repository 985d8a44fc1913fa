import { expect, it, vi } from "vitest";
import { listenAt } from "../../test/support/listen-at.ts";
import { until } from "../../test/support/until.ts";
import { silentLog } from "../log/log.ts";
import { Listeners } from "./listeners.ts";

const failure = (code: string): Error => Object.assign(new Error(code), { code });

function setUp(
  tcp: (port: number) => number,
  udp: (port: number) => void,
): { listeners: Listeners; closed: number[]; warnings: string[] } {
  const closed: number[] = [];
  const warnings: string[] = [];
  const listeners = new Listeners({
    openTcp: async ({ port }) => {
      const bound = tcp(port);
      return { port: bound, start: () => {}, close: () => closed.push(bound) };
    },
    openUdp: async ({ port }) => {
      udp(port);
      return { port, start: () => {} };
    },
    log: { ...silentLog, warn: (_, message) => warnings.push(message) },
    retryMs: 1,
  });
  return { listeners, closed, warnings };
}

it("open() tries other ports when the one that TCP got is taken for UDP", async () => {
  let next = 40_000;
  const { listeners, closed } = setUp(
    () => next++,
    (port) => {
      if (port < 40_003) throw failure("EADDRINUSE");
    },
  );
  await listeners.open([listenAt("127.0.0.1:0")]);
  expect(listeners.served).toEqual([listenAt("127.0.0.1:40003")]);
  expect(closed).toEqual([40_000, 40_001, 40_002]);
});

it("open() gives TCP back when UDP cannot be had", async () => {
  const { listeners, closed } = setUp(
    (port) => port,
    () => {
      throw failure("EACCES");
    },
  );
  await expect(listeners.open([listenAt("127.0.0.1:53")])).rejects.toMatchObject({
    code: "EACCES",
  });
  expect(closed).toEqual([53]);
});

it("open() goes on trying an address that the host does not have yet, and serves the others", async () => {
  let tries = 0;
  const { listeners, warnings } = setUp(
    (port) => {
      if (port === 53 && ++tries < 4) throw failure("EADDRNOTAVAIL");
      return port;
    },
    () => {},
  );
  await listeners.open([listenAt("127.0.0.1:53"), listenAt("127.0.0.1:54")]);
  expect(listeners.served).toEqual([listenAt("127.0.0.1:54")]);
  expect(warnings).toHaveLength(1);
  await until(() => listeners.served.length === 2);
  expect(listeners.served[1]).toEqual(listenAt("127.0.0.1:53"));
  expect(tries).toBe(4);
});

it.each(["EADDRNOTAVAIL", "EAFNOSUPPORT"])(
  "open() does without [::] on a host without IPv6 (%s)",
  async (code) => {
    let tries = 0;
    const { listeners, warnings } = setUp(
      () => {
        tries += 1;
        throw failure(code);
      },
      () => {},
    );
    await listeners.open([listenAt("[::]:53")]);
    expect(warnings).toEqual(["This host has no IPv6, not listening there"]);
    expect(tries).toBe(1);
  },
);

it("close() ends the tries", async () => {
  let tries = 0;
  const { listeners } = setUp(
    () => {
      tries += 1;
      throw failure("EADDRNOTAVAIL");
    },
    () => {},
  );
  vi.useFakeTimers();
  await listeners.open([listenAt("127.0.0.1:53")]);
  await vi.advanceTimersByTimeAsync(5);
  const before = tries;
  expect(before).toBeGreaterThan(1);
  listeners.close();
  await vi.advanceTimersByTimeAsync(100);
  vi.useRealTimers();
  expect(tries).toBe(before);
});

it("close() during a try gives back what that opens, and tries nothing else", async () => {
  let isThere = false;
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const asked: string[] = [];
  const closed: number[] = [];
  const start = vi.fn();
  const listeners = new Listeners({
    openTcp: async ({ port }) => {
      if (!isThere) throw failure("EADDRNOTAVAIL");
      asked.push(`tcp ${port}`);
      await opened;
      return { port, start, close: () => closed.push(port) };
    },
    openUdp: async ({ port }) => {
      asked.push(`udp ${port}`);
      return { port, start };
    },
    log: silentLog,
    retryMs: 1,
  });
  await listeners.open([listenAt("127.0.0.1:53"), listenAt("127.0.0.1:54")]);
  isThere = true;
  await until(() => asked.length > 0);
  listeners.close();
  open();
  await until(() => closed.length > 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect({ asked, closed, served: listeners.served }).toEqual({
    asked: ["tcp 53"],
    closed: [53],
    served: [],
  });
  expect(start).not.toHaveBeenCalled();
});

it("close() while UDP is opened starts neither", async () => {
  const start = vi.fn();
  const close = vi.fn();
  const listeners = new Listeners({
    openTcp: async ({ port }) => ({ port, start, close }),
    openUdp: async ({ port }) => {
      listeners.close();
      return { port, start };
    },
    log: silentLog,
  });
  await expect(listeners.open([listenAt("127.0.0.1:53")])).rejects.toMatchObject({
    code: "ECANCELED",
  });
  expect(close).toHaveBeenCalledOnce();
  expect(start).not.toHaveBeenCalled();
});
