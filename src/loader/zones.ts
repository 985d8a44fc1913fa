/**
 * Owns the zone files: loads them off the main thread, follows their changes, and keeps every zone at its last good
 * state whatever happens to its file.
 */

import { join } from "node:path";
import { createFileIssue, type Issue, renderIssue } from "../config/issue.ts";
import type { ZoneSource } from "../config/server-file.ts";
import type { Log } from "../log/log.ts";
import { type Comparison, type LoadRequest, loadAll, type ServedState } from "./file-loads.ts";
import { refreshGeo } from "./geo-refresh.ts";
import { createLastGood, type LastGood } from "./last-good.ts";
import { createLoadPool, type ZonePool } from "./load-pool.ts";
import type { LoadGeo } from "./load-zone-file.ts";
import { findMassChanges } from "./mass-change.ts";
import { storeMissingCopies } from "./missing-copies.ts";
import { type KeptZone, planRemoval } from "./plan-removal.ts";
import { createProblemLog } from "./problem-log.ts";
import type { ReloadCounts } from "./reload-counts.ts";
import { type LoadedZone, resolveZones, type ZoneProblem } from "./resolve-zones.ts";
import { type StartedZones, startZones } from "./start-zones.ts";
import { createZoneWatch, type PartsOfFiles } from "./watch.ts";
import { folderOf, listZoneFiles, sourceName } from "./zone-folder.ts";

export interface ZoneLoader {
  /** All zones that are served now. */
  zones(): readonly LoadedZone[];
  /** Everything that keeps a file's present content from being served. */
  problems(): readonly ZoneProblem[];
  /** The last good copies: why the last one could not be written, and how many could not since the start. */
  copies(): { readonly problem: string | undefined; readonly failures: number };
  /** How loading has gone since the start. */
  reloads(): ReloadCounts;
  /**
   * Reads every file again, settled or not, and resolves when the outcome is in force.
   *
   * A zone that no file defines any more goes on being served unless the wish says otherwise.
   */
  reload(wish?: ReloadWish): Promise<ReloadResult>;
  /** Takes other geo data for all zones, those served included, and resolves when it is in force. */
  setGeo(geo: LoadGeo): Promise<void>;
  /** Stops watching, ends the workers and waits for copies under way. */
  close(): Promise<void>;
}

export interface ReloadWish {
  /** Serves changes as well that look like a mistake (mass-change.ts). */
  readonly force?: boolean;
  /** Takes these zones out of service, with their last good copies; apexes in presentation form, lower case. */
  readonly remove?: readonly string[];
}

export interface ReloadResult {
  /** Zones that are new or hold something else than before. */
  readonly changed: readonly LoadedZone[];
  readonly removed: readonly LoadedZone[];
  /** Zones that were to be removed and are not. */
  readonly kept: readonly KeptZone[];
  readonly problems: readonly ZoneProblem[];
}

export interface ZoneLoaderOptions {
  readonly source: ZoneSource;
  /** The folder `zones` in it takes the last good copies. */
  readonly stateDirectory: string;
  readonly log: Log;
  readonly geo: LoadGeo;
  /** Whether the server file names witnesses for health checks. */
  readonly hasReferences?: boolean;
  /** Called after every change but the first load, never twice at the same time. */
  readonly onChange: (
    changed: readonly LoadedZone[],
    removed: readonly LoadedZone[],
  ) => void | Promise<void>;
  /** Whether another process answers until the first load is over. */
  readonly isAnsweredElsewhere?: boolean;
  /** The built load worker, for callers that are not built themselves. */
  readonly workerModule?: URL;
  /** Time between tries to write copies that could not be, in milliseconds. */
  readonly copyRetryMs?: number;
}

const COPY_RETRY_MS = 60_000;

/**
 * Loads all zones and goes on watching them.
 *
 * @throws ZoneLoadError with the issues of every file if one is bad and has no last good copy
 */
export async function createZoneLoader(options: ZoneLoaderOptions): Promise<ZoneLoader> {
  const { source, log } = options;
  // Nothing is answered yet, so there is nobody to give way to; but for a server that this one takes over from.
  const { isAnsweredElsewhere = false } = options;
  const pool = createPool(options, options.geo, isAnsweredElsewhere);
  const lastGood = createLastGood(join(options.stateDirectory, "zones"), source, log);
  try {
    const started = await startZones(source, pool, lastGood);
    // An empty folder is more likely a file system that is not mounted than the end of all zones; and whoever answers
    // may go on with other files.
    if (started.looks.length > 0 && !isAnsweredElsewhere) {
      await lastGood.keepOnly([...started.files.keys()]);
    }
    return runLoader(options, lastGood, started);
  } finally {
    await pool.close();
  }
}

function createPool(options: ZoneLoaderOptions, geo: LoadGeo, isBackground = true): ZonePool {
  const hasReferences = options.hasReferences ?? false;
  const knowsAsns = geo.table.asns !== undefined;
  return createLoadPool({ geo, hasReferences, knowsAsns }, isBackground, options.workerModule);
}

function runLoader(
  options: ZoneLoaderOptions,
  lastGood: LastGood,
  started: StartedZones,
): ZoneLoader {
  const { source, log } = options;
  const { files } = started;
  const problemLog = createProblemLog(log);
  let pool = createPool(options, options.geo);
  let { served, problems } = started.resolved;
  let folderProblems: readonly ZoneProblem[] = [];
  let lastStep: Promise<unknown> = Promise.resolve();
  let failures = 0;
  for (const issue of started.massChanges) log.warn({ file: issue.file }, issue.message);
  problemLog.report(problems);
  storeCopies();

  /** One step at a time, in the order they were asked for. */
  function inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = lastStep.then(step);
    lastStep = result.catch(() => {});
    return result;
  }

  async function update(
    requests: readonly LoadRequest[],
    gone: readonly string[],
    { force = false, remove = [] }: ReloadWish,
  ): Promise<ReloadResult> {
    for (const path of gone) markGone(path);
    const state: ServedState = {
      serialOf: (zone) => served.get(zone)?.prepared.zone.serial,
      segmentOf: (zone) => served.get(zone)?.prepared.compiled.segment,
      findObjections: force ? () => [] : findObjections,
      findRemarks: (zone) => findUnnoticed(served.get(zone.name), zone),
    };
    await loadAll(pool, files, requests, state);
    watch.setParts(listParts());
    if (requests.some(({ look }) => files.get(look.path)?.errors.length)) failures += 1;
    const { removed, kept } = planRemoval(remove, files.values(), served);
    for (const zone of removed) removeZone(zone);
    const resolved = resolveZones(files.values(), served);
    ({ served, problems } = resolved);
    for (const zone of resolved.changed) logLoaded(log, zone);
    problemLog.report(allProblems());
    storeCopies();
    if (resolved.changed.length + removed.length > 0) await publish(resolved.changed, removed);
    if (removed.length > 0) await lastGood.settle();
    return { changed: resolved.changed, removed, kept, problems: allProblems() };
  }

  function removeZone({ name, file }: LoadedZone): void {
    served = new Map([...served].filter(([other]) => other !== name));
    log.info({ zone: name, file }, "Zone removed");
    // The file may be there and define another zone.
    if (files.get(file)?.isGone === false) return;
    files.delete(file);
    lastGood.remove(file);
  }

  function findObjections(zone: LoadedZone, comparison: Comparison | undefined): Issue[] {
    const before = served.get(zone.name);
    // A second file for a zone is another mistake, and reported as such.
    const isRival = before?.file !== zone.file && files.get(before?.file ?? "")?.isGone === false;
    if (before === undefined || isRival) return [];
    const isCompared = comparison?.segment === before.prepared.compiled.segment;
    const lost = isCompared ? comparison?.lost : undefined;
    return findMassChanges(before.prepared, zone.prepared, lost).map((change) =>
      createFileIssue(zone.file, "error", `${change}; rondo reload --force serves it all the same`),
    );
  }

  async function publish(
    changed: readonly LoadedZone[],
    removed: readonly LoadedZone[],
  ): Promise<void> {
    try {
      await options.onChange(changed, removed);
    } catch (error) {
      // A bug; what was published before goes on being served.
      log.error({ err: error }, "Loaded zones cannot be published");
    }
  }

  async function reload(wish: ReloadWish): Promise<ReloadResult> {
    const looks = await listZoneFiles(source).catch((error: Error) => error);
    if (looks instanceof Error) {
      failures += 1;
      setFolderProblem(looks.message);
      const reason = "the zones folder cannot be read, so its file may still be there";
      const kept = (wish.remove ?? []).map((zone) => ({ zone, reason }));
      return { changed: [], removed: [], kept, problems: allProblems() };
    }
    setFolderProblem(undefined);
    const present = new Set(looks.map((look) => look.path));
    const gone = [...files.keys()].filter((path) => !present.has(path));
    return update(
      looks.map((look) => ({ look, root: folderOf(source, look.path), isExact: false })),
      gone,
      wish,
    );
  }

  async function setGeo(geo: LoadGeo): Promise<void> {
    const claims = [...files.values()].flatMap(({ claim }) => claim ?? []);
    const zones = new Set([...claims, ...served.values()]);
    const refreshed = await refreshGeo(zones, geo, log, options.workerModule);
    await pool.close();
    pool = createPool(options, geo);
    for (const file of files.values()) {
      if (file.claim !== undefined) file.claim = refreshed.get(file.claim) ?? file.claim;
    }
    const changed = [...served.values()].flatMap((zone) => refreshed.get(zone) ?? []);
    served = new Map([...served].map(([name, zone]) => [name, refreshed.get(zone) ?? zone]));
    if (changed.length > 0) await publish(changed, []);
  }

  function markGone(path: string): void {
    const file = files.get(path);
    if (file === undefined) return;
    file.isGone = true;
    file.errors = [];
    // The file of a served zone may come back as it was; nothing is left to remember of any other.
    if (file.claim === undefined || served.get(file.claim.name) !== file.claim) files.delete(path);
  }

  function storeCopies(): void {
    for (const file of files.values()) {
      const { claim, uncopied } = file;
      if (claim === undefined || uncopied === undefined) continue;
      if (served.get(claim.name) !== claim) continue;
      lastGood.store(file.file, uncopied, claim.prepared.zone.serial);
      file.uncopied = undefined;
    }
  }

  function listParts(): PartsOfFiles {
    return new Map(
      [...files.values()]
        .filter(({ isGone }) => !isGone)
        .map(({ file, parts }) => [file, parts.map(({ path }) => path)]),
    );
  }

  function setFolderProblem(message: string | undefined): void {
    folderProblems = message === undefined ? [] : [describeFolder(sourceName(source), message)];
    problemLog.report(allProblems());
  }

  function allProblems(): readonly ZoneProblem[] {
    return [...folderProblems, ...problems];
  }

  const watch = createZoneWatch({
    source,
    log,
    known: started.looks,
    knownParts: [...files.values()].flatMap(({ parts }) => parts),
    onChanges: async ({ toRead, gone, settledPart }) => {
      const requests = toRead.map((look) => ({
        look,
        root: folderOf(source, look.path),
        isExact: true,
        settledPart,
      }));
      await inTurn(() => update(requests, gone, {}));
    },
    onFolder: setFolderProblem,
  });

  watch.setParts(listParts());

  const copyTimer = setInterval(() => {
    if (lastGood.missing().length === 0) return;
    const options = { files, lastGood, source, served: () => served, store: storeCopies };
    void inTurn(() => storeMissingCopies({ pool, ...options }));
  }, options.copyRetryMs ?? COPY_RETRY_MS).unref();

  return {
    zones: () => [...served.values()],
    problems: allProblems,
    copies: () => ({ problem: lastGood.problem(), failures: lastGood.failures() }),
    reloads: () => ({
      failures,
      // A zone without a file is no file that is not served.
      lastSuccessful: allProblems().every(({ kind }) => kind === "gone"),
    }),
    reload: (wish = {}) => inTurn(() => reload(wish)),
    setGeo: (geo) => inTurn(() => setGeo(geo)),
    async close() {
      clearInterval(copyTimer);
      watch.close();
      await pool.close();
      await lastStep;
      await lastGood.settle();
    },
  };
}

function logLoaded(log: Log, { file, name, prepared, warnings }: LoadedZone): void {
  const facts = {
    file,
    zone: name,
    serial: prepared.zone.serial,
    records: prepared.compiled.records,
  };
  if (warnings.length === 0) log.info(facts, "Zone loaded");
  else
    log.warn(
      { ...facts, issues: warnings.map(renderIssue).join("\n") },
      "Zone loaded with warnings",
    );
}

/** A change that the serial does not tell. */
function findUnnoticed(before: LoadedZone | undefined, after: LoadedZone): Issue[] {
  const { serial } = after.prepared.zone;
  if (before?.digest === undefined || before.prepared.zone.serial !== serial) return [];
  if (after.digest === undefined || after.digest === before.digest) return [];
  const message = `the zone has changed and its serial has not: secondaries do not fetch it again while it is ${serial}`;
  return [createFileIssue(after.file, "warning", message)];
}

function describeFolder(file: string, message: string): ZoneProblem {
  return {
    file,
    zone: undefined,
    kind: "folder",
    issues: [createFileIssue(file, "error", message)],
  };
}
