import { expect, test, vi } from "vitest";
import { Closers } from "./closers.ts";
import { followReloadSignal } from "./follow-reload-signal.ts";
import type { GeoData } from "./geo/geo-data.ts";
import type { ReloadResult, ZoneLoader } from "./loader/zones.ts";
import type { Log, LogFields } from "./log/log.ts";

test("followReloadSignal() tells how a reload went, also of problems that were there before", async () => {
  const lines: [string, LogFields][] = [];
  const at = (level: string) => (fields: LogFields, message: string) =>
    lines.push([`${level} ${message}`, fields]);
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  let result: ReloadResult = { changed: [], removed: [], kept: [], problems: [] };
  const loader = { reload: async () => result } as unknown as ZoneLoader;
  const geo = { check: async () => undefined } as unknown as GeoData;
  const closers = new Closers();
  const refresh = vi.fn();
  const listeners = process.listenerCount("SIGHUP");
  followReloadSignal(loader, geo, { refresh }, log, closers);

  process.emit("SIGHUP");
  await vi.waitFor(() => expect(lines).toHaveLength(2));
  expect(lines[1]).toEqual([
    "info all zone files read again",
    { signal: "SIGHUP", changed: 0, problems: 0 },
  ]);
  expect(refresh).toHaveBeenCalledOnce();

  const problem = {
    file: "zones/a.yaml",
    zone: "a.example.",
    kind: "refused",
    issues: [],
  } as const;
  result = { ...result, problems: [problem] };
  process.emit("SIGHUP");
  await vi.waitFor(() => expect(lines).toHaveLength(4));
  expect(lines[3]).toEqual([
    'warn all zone files read again, with problems: see "rondo status"',
    { signal: "SIGHUP", changed: 0, problems: 1, files: ["zones/a.yaml"] },
  ]);

  await closers.close();
  expect(process.listenerCount("SIGHUP")).toBe(listeners);
});
