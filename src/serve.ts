/**
 * The server, put together: the control plane on this thread, the data plane's threads and sockets, and the one value
 * that goes from the first to the second.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { AdminError } from "./admin/admin-error.ts";
import { createAdminServices } from "./admin-services.ts";
import { applyFlags, toReference } from "./apply-flags.ts";
import { renderBanner, renderTry } from "./banner.ts";
import { createExplainDesk } from "./cli/answer-explain.ts";
import type { Output } from "./cli/command.ts";
import { EXIT } from "./cli/exit-codes.ts";
import type { WrittenQuestion } from "./cli/explain-question.ts";
import { explainServed } from "./cli/explain-served.ts";
import { readSettings } from "./cli/read-settings.ts";
import { renderExplanation } from "./cli/render-explanation.ts";
import type { ServeOptions } from "./cli/serve.ts";
import { readVersion } from "./cli/version.ts";
import { renderIssues } from "./config/issue.ts";
import type { ServerSettings } from "./config/server-file.ts";
import { ControlPlane } from "./control/control-plane.ts";
import { HandedOut } from "./control/handed-out.ts";
import { type HealthService, startHealthService } from "./control/health-service.ts";
import { openMemory } from "./control/open-memory.ts";
import { ProcessStats } from "./control/process-stats.ts";
import { Shares } from "./control/shares.ts";
import { ControlMessages } from "./control-messages.ts";
import { CookieSecretError } from "./cookie-secret-file.ts";
import { startDemo } from "./demo/datacenters.ts";
import { followReloadSignal } from "./follow-reload-signal.ts";
import { combineDatabases } from "./geo/combine-databases.ts";
import { type CurrentGeo, watchGeoData } from "./geo/geo-data.ts";
import type { GeoSource } from "./geo/geo-table.ts";
import { systemClock } from "./health/clock.ts";
import { usesGeo } from "./loader/prepare-zone.ts";
import { ZoneLoadError } from "./loader/start-zones.ts";
import { createZoneLoader } from "./loader/zones.ts";
import type { Log } from "./log/log.ts";
import { createPinoLog } from "./log/pino-log.ts";
import { openAdmin } from "./open-admin.ts";
import { openAliases } from "./open-aliases.ts";
import { openAnswers } from "./open-answers.ts";
import { KeyFileError, openKeyring } from "./open-keyring.ts";
import { openOverrides } from "./open-overrides.ts";
import { openSecondaries } from "./open-secondaries.ts";
import { openServer } from "./open-server.ts";
import { openTransfers } from "./open-transfers.ts";
import { CertificateError } from "./server/certificate.ts";
import { readDnsCounts } from "./server/dns-counts.ts";
import { ListenError } from "./server/listen-error.ts";
import type { Server } from "./server/start-server.ts";

/** How long the first round of checks may keep `ready` waiting. */
const FIRST_ROUND_MS = 2000;
/** Far below the time in which a counter of answers could wrap around. */
const SAMPLE_MS = 60_000;
/** SIGTERM ends the process within two seconds, whatever still hangs. */
const STOP_MS = 1800;

/** Serves until SIGTERM or SIGINT. @returns the exit status */
export async function serve(options: ServeOptions, output: Output): Promise<number> {
  const { settings: fromFile, issues } = readSettings(options.config);
  if (issues.length > 0) output.err(renderIssues(issues));
  if (fromFile === undefined) return EXIT.failed;
  const settings = applyFlags(fromFile, options);
  const log = createPinoLog({ level: settings.log.level });
  const stopped = waitForStop();

  let running: Running | undefined;
  try {
    running = await Promise.race([
      start(settings, options, output, log),
      stopped.then(() => undefined),
    ]);
  } catch (error) {
    const isExpected = [
      ListenError,
      ZoneLoadError,
      AdminError,
      CookieSecretError,
      KeyFileError,
      CertificateError,
    ].some((one) => error instanceof one);
    if (!isExpected) throw error;
    output.err(`rondo: ${(error as Error).message}\n`);
    return EXIT.failed;
  }
  // Told to stop before anything was answered: there is nothing to finish.
  if (running === undefined) process.exit(EXIT.ok);
  const signal = await stopped;
  log.info({ signal }, "stopping");
  setTimeout(() => process.exit(EXIT.ok), STOP_MS).unref();
  await running.close();
  return EXIT.ok;
}

interface Running {
  close(): Promise<void>;
}

async function start(
  settings: ServerSettings,
  options: ServeOptions,
  output: Output,
  log: Log,
): Promise<Running> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const version = readVersion();
    makeStateDirectory(settings.state, log);
    const keyring = openKeyring(settings.keys, log);
    const controlMessages = new ControlMessages();
    const answers = openAnswers(settings, keyring, version, log);
    closers.push(async () => answers.close());
    const server = await openServer({
      settings,
      udp: options.udp ?? "auto",
      answers: answers.settings,
      desk: controlMessages.desk,
      log,
      closers,
    });
    answers.reportLimits(() => readDnsCounts(server.counters()).limited);

    const geo = watchGeoData({
      databases: settings.geo.databases,
      cache: { path: join(settings.state, "geo-cache"), version },
      onProblem: (problem, isKept) =>
        log.error({ problem }, isKept ? "older geo data stays in use" : "geo database not used"),
    });
    closers.push(async () => geo.close());
    const shares = new Shares(() => server.rotation());
    const sampling = setInterval(() => shares.sample(), SAMPLE_MS).unref();
    closers.push(async () => clearInterval(sampling));
    const handedOut = new HandedOut();
    const { memory, close: closeMemory } = await openMemory(settings.state, systemClock, log);
    closers.push(closeMemory);
    const transfers = await openTransfers({
      settings,
      listen: server.addresses,
      keyring,
      messages: controlMessages,
      serve: (zone) => plane.serve([zone]),
      log,
      closers,
    });
    const { aliases, close: closeAliases } = await openAliases({
      resolvers: settings.resolver,
      stateDirectory: settings.state,
      clock: systemClock,
      log,
      plane: () => plane,
      onReplaced: () => health?.follow(plane.zones.map(({ zone }) => zone)),
    });
    closers.push(closeAliases);
    const plane = new ControlPlane({
      memory,
      publish: (publication) => {
        server.publish(publication);
        const { steering } = plane;
        shares.follow(steering);
        handedOut.note(
          steering.flatMap(({ sets }) => sets),
          systemClock.now(),
        );
      },
      fillPools: (zone) => aliases.fill(zone),
      onZones: () => {
        aliases.follow();
        transfers.follow(plane.zones);
      },
      log,
      clock: systemClock,
    });
    closers.push(async () => plane.close());
    const overrides = await openOverrides(plane, handedOut, settings.state, systemClock, log);
    closers.push(() => overrides.store.close());
    const secondaries = openSecondaries({
      stateDirectory: settings.state,
      keyring,
      serve: (prepared) => plane.serve([prepared]),
      messages: controlMessages,
      clock: systemClock,
      log,
      closers,
    });
    let health: HealthService | undefined;
    let isServing = false;
    const loader = await createZoneLoader({
      source: settings.zones,
      stateDirectory: settings.state,
      log,
      geo: { table: combineDatabases([]), version: 0 },
      hasReferences: settings.health.references.length > 0,
      onChange: (changed, removed) => {
        // At first they are served all at once.
        if (!isServing) return;
        // In this order: what moves to another zone is answered all the time.
        plane.serve(changed.map(({ prepared }) => secondaries.present(prepared)));
        for (const { name } of removed) {
          plane.drop(name);
          void secondaries.drop(name);
        }
        health?.follow(plane.zones.map(({ zone }) => zone));
      },
    });
    closers.push(() => loader.close());
    if (loader.zones().length === 0) {
      const why = "no zone file is there: every query is refused; is a file system not mounted?";
      log.error({ zones: settings.zones }, why);
    }
    let geoTable = combineDatabases([]);
    const useGeo = async (current: CurrentGeo): Promise<readonly GeoSource[]> => {
      await loader.setGeo(current);
      geoTable = current.table;
      const { sources } = current.table;
      for (const source of sources) log.info({ ...source }, "geo data in use");
      return sources;
    };
    geo.follow(async (current) => void (await useGeo(current)));
    const located = geo.first.then(useGeo).catch((err: unknown) => {
      log.error({ err }, "no geo data");
      return [];
    });
    // Zones that do not ask where clients are need not wait until somebody knows.
    const needsGeo = loader.zones().some(({ prepared }) => usesGeo(prepared.zone));
    const sources = needsGeo ? await located : undefined;
    // Before anything is answered: what was down when the last run ended is not answered now.
    health = await startHealthService({
      zones: loader.zones().map(({ prepared }) => aliases.fill(prepared.zone)),
      references: settings.health.references.map(toReference),
      stateDirectory: settings.state,
      version,
      log,
      onSnapshot: (snapshot) => plane.setHealth(snapshot),
    });
    closers.push(() => health!.close());
    await secondaries.open(loader.zones().map(({ prepared }) => prepared));
    isServing = true;
    plane.serve(loader.zones().map(({ prepared }) => secondaries.present(prepared)));
    if (loader.zones().length > 0) void secondaries.forgetOthers();
    health.follow(plane.zones.map(({ zone }) => zone));
    followReloadSignal(loader, geo, secondaries, log, closers);
    const explain = (question: WrittenQuestion): string => {
      const { zones, world } = plane;
      const explained = explainServed(question, { zones, world, geo: geoTable });
      return typeof explained === "string" ? explained : renderExplanation(explained);
    };
    controlMessages.add(createExplainDesk(settings.explain.allow, explain));

    let isReady = false;
    const firstRound = health.firstRound.then(() => {
      isReady = true;
    });
    const processStats = new ProcessStats();
    closers.push(async () => processStats.close());
    const admin = await openAdmin({
      settings: settings.admin,
      services: createAdminServices({
        ...overrides,
        version,
        stateDirectory: resolve(settings.state),
        server,
        loader,
        plane,
        aliases,
        secondaries,
        transfers: transfers.counts,
        memory,
        health,
        shares,
        processStats,
        geo: () => geoTable,
        checkGeo: geo.check,
        clock: systemClock,
        isReady: () => isReady,
      }),
      version,
      clock: systemClock,
      log,
    });
    closers.push(async () => admin?.close());

    output.out(
      renderBanner({ version, server, zones: loader.zones(), geo: sources, admin: admin?.url }),
    );
    if (options.demo) {
      const demo = await startDemo(output);
      closers.push(() => demo.close());
      output.out(renderTry(server.addresses[0]!));
    }
    await Promise.race([firstRound, delay(FIRST_ROUND_MS)]);
    announce(server, settings, output, log);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

function announce(server: Server, settings: ServerSettings, output: Output, log: Log): void {
  output.out("ready\n");
  const addresses = server.addresses.map(({ address, port }) => `${address} port ${port}`);
  log.info({ addresses, zones: settings.zones, pid: process.pid }, "serving");
}

/** A disk that cannot be written to keeps nobody from getting an answer. */
function makeStateDirectory(path: string, log: Log): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (err) {
    log.warn({ err, path }, "the state folder cannot be made: nothing will outlive a restart");
  }
}

function waitForStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
