import { stat } from "node:fs/promises";
import type { GeoBuild } from "./build-geo-table.ts";
import type { GeoCacheSettings } from "./geo-cache.ts";
import type { GeoTable } from "./geo-table.ts";
import { loadGeo } from "./load-geo.ts";
import { isPackaged } from "./open-database.ts";

/** A table in use. */
export interface CurrentGeo {
  readonly table: GeoTable;
  /** Another one for every other table; the first is 1. */
  readonly version: number;
}

export interface GeoDataOptions {
  /** Packaged names or paths of .mmdb files; the preferred one first. */
  readonly databases: readonly string[];
  /** A sentence about a database that is bad, and whether older data of it stays in use. */
  readonly onProblem: (problem: string, isKept: boolean) => void;
  /** Where the table is kept for the next start; undefined: nowhere. */
  readonly cache?: GeoCacheSettings;
  readonly load?: (databases: readonly string[]) => Promise<GeoBuild>;
  /** Time between looks at the files, in milliseconds. */
  readonly pollMs?: number;
}

/** The geo data of a running server. */
export interface GeoData {
  /** The first table; without the databases that are bad. */
  readonly first: Promise<CurrentGeo>;
  /** From now on looks at the operator's files; every later table goes to `onTable`, which is awaited before the next. */
  follow(onTable: (geo: CurrentGeo) => void | Promise<void>): void;
  /** Looks at the operator's files now; resolves when what they hold is in use, or refused. */
  check(): Promise<void>;
  /** What is being read by now is not heard of again. */
  close(): void;
}

const POLL_MS = 30_000;

/** Loads geo databases, and again whenever an operator's file changes. A bad file changes nothing that is in use. */
export function watchGeoData(options: GeoDataOptions): GeoData {
  const { databases, onProblem, cache, pollMs = POLL_MS } = options;
  const closing = new AbortController();
  const load =
    options.load ??
    ((names) => loadGeo({ databases: names, cache, isBackground }, undefined, closing.signal));
  const paths = databases.filter((name) => !isPackaged(name));
  // What is loaded first is waited for.
  let isBackground = false;
  let seen = "";
  let current: CurrentGeo;
  let listener: (geo: CurrentGeo) => void | Promise<void> = () => {};
  let timer: NodeJS.Timeout | undefined;

  async function loadFirst(): Promise<CurrentGeo> {
    seen = await describeFiles(paths);
    const { table, problems } = await load(databases);
    for (const problem of problems) onProblem(problem, false);
    current = { table, version: 1 };
    isBackground = true;
    return current;
  }

  async function loadAgain(): Promise<void> {
    const found = await describeFiles(paths);
    if (found === seen) return;
    // Also of files that turn out bad: they are not tried again until they change.
    seen = found;
    const { table, problems } = await load(databases);
    const names = new Set(table.sources.map(({ name }) => name));
    const isWorse = current.table.sources.some(({ name }) => !names.has(name));
    for (const problem of problems) onProblem(problem, isWorse);
    if (isWorse) return;
    current = { table, version: current.version + 1 };
    await listener(current);
  }

  const first = loadFirst();
  // One look at a time; the first load comes before all of them.
  let last: Promise<unknown> = first;
  const check = (): Promise<void> => {
    const result = last.then(loadAgain);
    last = result.catch(() => {});
    return result;
  };
  const fail = (error: Error): void => onProblem(error.message, true);
  return {
    first,
    follow(onTable) {
      listener = onTable;
      if (paths.length > 0) timer = setInterval(() => void check().catch(fail), pollMs).unref();
    },
    check,
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** Differs if a file does, as far as can be told without reading it. */
async function describeFiles(paths: readonly string[]): Promise<string> {
  const files = paths.map((path) =>
    stat(path).then(
      ({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`,
      (error: NodeJS.ErrnoException) => error.code,
    ),
  );
  return (await Promise.all(files)).join("\n");
}
