/**
 * The server, put together: the control plane on this thread, the data plane's threads and sockets, and the one value
 * that goes from the first to the second.
 */
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createAdminServices } from "./admin-services.ts";
import { toReference } from "./apply-flags.ts";
import { renderBanner, renderTry } from "./banner.ts";
import { createExplainDesk } from "./cli/answer-explain.ts";
import type { Output } from "./cli/command.ts";
import type { WrittenQuestion } from "./cli/explain-question.ts";
import { explainServed } from "./cli/explain-served.ts";
import { renderExplanation } from "./cli/render-explanation.ts";
import type { ServeOptions } from "./cli/serve.ts";
import { readVersion } from "./cli/version.ts";
import { systemClock } from "./clock/clock.ts";
import { Closers } from "./closers.ts";
import type { ServerSettings } from "./config/server-file.ts";
import { ControlPlane } from "./control/control-plane.ts";
import { HandedOut } from "./control/handed-out.ts";
import { type HealthService, startHealthService } from "./control/health-service.ts";
import { openMemory } from "./control/open-memory.ts";
import { ProcessStats } from "./control/process-stats.ts";
import { Shares } from "./control/shares.ts";
import { ControlMessages } from "./control-messages.ts";
import { startDemo } from "./demo/datacenters.ts";
import { followReloadSignal } from "./follow-reload-signal.ts";
import { combineDatabases } from "./geo/combine-databases.ts";
import { usesGeo } from "./loader/prepare-zone.ts";
import { createZoneLoader } from "./loader/zones.ts";
import type { Log } from "./log/log.ts";
import { describePlace, openAdmin, openAdminLater, planAdmin } from "./open-admin.ts";
import { openAliases } from "./open-aliases.ts";
import { openAnswers } from "./open-answers.ts";
import { openGeo } from "./open-geo.ts";
import { openKeyring } from "./open-keyring.ts";
import { openOverrides } from "./open-overrides.ts";
import { openSecondaries } from "./open-secondaries.ts";
import { openServer } from "./open-server.ts";
import { openTransfers } from "./open-transfers.ts";
import { openUpgrade } from "./open-upgrade.ts";
import { readDnsCounts } from "./server/dns-counts.ts";
import type { Server } from "./server/start-server.ts";
import { makeStateDirectory } from "./state/make-state-directory.ts";
import { removeLeftovers } from "./state/remove-leftovers.ts";
import { StateLease } from "./state/state-lease.ts";
import type { Predecessor } from "./upgrade/meet-predecessor.ts";
import type { ServiceManager } from "./upgrade/service-manager.ts";
import type { Successor } from "./upgrade/start-successor.ts";

/** How long the first round of checks may keep `ready` waiting. */
const FIRST_ROUND_MS = 2000;
/** Far below the time in which a counter of answers could wrap around. */
const SAMPLE_MS = 60_000;
/** How long a predecessor may take to read nothing any more, once it has left everything else. */
const RETIRING_MS = 1000;
/** How long the answer to whoever asked for a successor may take to go out. */
const ADMIN_GRACE_MS = 1000;

export interface Running {
  /** Another process answers, and is to have the rest. */
  readonly succeeded: Promise<Successor>;
  /** Finishes what it has begun, and leaves all else to the successor. */
  retire(successor: Successor): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions {
  readonly settings: ServerSettings;
  readonly options: ServeOptions;
  /** Whom to take over from. */
  readonly predecessor: Predecessor | undefined;
  readonly manager: ServiceManager;
  /** Called when the first query may be answered, with what finishes it if the rest of the start is not waited for. */
  readonly onAnswering: (close: () => Promise<void>) => void;
  readonly output: Output;
  readonly log: Log;
}

/**
 * Opens, loads and checks everything, and answers: at once, or from the moment that a predecessor says so.
 *
 * @throws one of the errors with a line for the operator
 */
export async function startServing(parts: StartOptions): Promise<Running> {
  const { settings, options, predecessor, output, log } = parts;
  const closers = new Closers();
  const close = (): Promise<void> => closers.close();
  try {
    const version = readVersion();
    makeStateDirectory(settings.state, log);
    removeLeftovers(settings.state, log);
    const lease = new StateLease(predecessor === undefined);
    const adminPlan = await planAdmin(settings.admin, predecessor?.admin);
    const keyring = openKeyring(settings.keys, log);
    const controlMessages = new ControlMessages();
    const answers = openAnswers(settings, keyring, version, log, closers);
    const { server, certificate } = await openServer({
      settings,
      udp: options.udp ?? "auto",
      answers: answers.settings,
      desk: controlMessages.desk,
      handed: predecessor?.sockets,
      log,
      closers,
    });
    answers.reportLimits(() => readDnsCounts(server.counters()).limited);

    let health: HealthService | undefined;
    let isServing = false;
    // Begun before all that does not take as long.
    const loading = createZoneLoader({
      source: settings.zones,
      stateDirectory: settings.state,
      log,
      geo: { table: combineDatabases([]), version: 0 },
      hasReferences: settings.health.references.length > 0,
      isAnsweredElsewhere: predecessor !== undefined,
      onChange: (changed, removed) => {
        // At first they are served all at once.
        if (!isServing) return;
        // In this order: what moves to another zone is answered all the time.
        plane.take(changed.map(({ prepared }) => secondaries.present(prepared)));
        for (const { name } of removed) {
          plane.drop(name);
          void secondaries.drop(name);
        }
        health?.follow(plane.zones.map(({ zone }) => zone));
      },
    });
    const loaded = loading.catch(() => undefined);
    closers.add(async () => (await loaded)?.close());

    const shares = new Shares(() => server.rotation());
    const sampling = setInterval(() => shares.sample(), SAMPLE_MS).unref();
    closers.add(() => clearInterval(sampling));
    const handedOut = new HandedOut();
    const { mayWrite } = lease;
    const isFirst = predecessor === undefined;
    const kept = await openMemory(settings.state, systemClock, mayWrite, log, isFirst);
    const { memory, close: closeMemory } = kept;
    closers.add(closeMemory);
    let mayTell = predecessor === undefined;
    const transfers = await openTransfers({
      settings,
      listen: server.addresses,
      keyring,
      expiries: answers.settings.expiries,
      messages: controlMessages,
      mayTell: () => mayTell,
      mayWrite,
      serve: (zone) => plane.take([zone]),
      log,
      closers,
    });
    const aliases = await openAliases({
      resolvers: settings.resolver,
      stateDirectory: settings.state,
      clock: systemClock,
      mayWrite,
      log,
      plane: () => plane,
      onReplaced: () => health?.follow(plane.zones.map(({ zone }) => zone)),
      closers,
    });
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
    closers.add(() => plane.close());
    const overrides = await openOverrides(plane, handedOut, settings.state, systemClock, log);
    closers.add(() => overrides.store.close());
    const secondaries = openSecondaries({
      stateDirectory: settings.state,
      keyring,
      expiries: answers.settings.expiries,
      serve: (prepared) => plane.serve([prepared]),
      messages: controlMessages,
      clock: systemClock,
      log,
      closers,
    });
    const loader = await loading;
    // Not beside the zones, most of which do without it: the first answer comes sooner.
    const geo = openGeo(settings, version, log, closers);
    closers.add(() => {
      isServing = false;
    });
    if (loader.zones().length === 0) {
      const why = "no zone file is there: every query is refused; is a file system not mounted?";
      log.error({ zones: settings.zones }, why);
    }
    const located = geo.use(loader);
    // Zones that do not ask where clients are need not wait until somebody knows.
    const needsGeo = loader.zones().some(({ prepared }) => usesGeo(prepared.zone));
    const unread = settings.geo.databases.length > 0 ? undefined : [];
    const sources = needsGeo ? await located : unread;
    // Before anything is answered: what was down when the last run ended is not answered now.
    health = await startHealthService({
      zones: loader.zones().map(({ prepared }) => aliases.fill(prepared.zone)),
      references: settings.health.references.map(toReference),
      stateDirectory: settings.state,
      version,
      mayWrite,
      log,
      onSnapshot: (snapshot) => plane.setHealth(snapshot),
    });
    closers.add(() => health!.close());
    // Those who are answered by a predecessor can wait for all of them.
    const isPatient = predecessor !== undefined;
    await secondaries.open(
      loader.zones().map(({ prepared }) => prepared),
      isPatient,
    );
    isServing = true;
    if (predecessor === undefined) parts.onAnswering(close);
    plane.serve(loader.zones().map(({ prepared }) => secondaries.present(prepared)));
    health.follow(plane.zones.map(({ zone }) => zone));
    followReloadSignal(loader, geo.data, secondaries, log, closers);
    const explain = (question: WrittenQuestion): string => {
      const { zones, world } = plane;
      const explained = explainServed(question, { zones, world, geo: geo.table() });
      return typeof explained === "string" ? explained : renderExplanation(explained);
    };
    controlMessages.add(createExplainDesk(settings.explain.allow, explain));

    let isReady = false;
    const firstRound = health.firstRound.then(() => {
      isReady = true;
    });
    const processStats = new ProcessStats();
    closers.add(() => processStats.close());
    const upgrade = openUpgrade({
      sockets: server.listSockets,
      version,
      admin: describePlace(adminPlan),
      steering: kept.text,
      verdicts: health.export,
      settled: () => overrides.store.settle(),
      isDemo: options.demo,
      isReady: () => isReady,
      log,
      closers,
    });
    if (predecessor !== undefined) {
      await firstRound;
      const handed = await predecessor.ready(version, log);
      health.adopt(handed.verdicts);
      plane.adoptFailbacks(kept.parse(handed.steering));
      parts.onAnswering(close);
      server.start();
      await predecessor.serving(log);
      lease.take();
      // Secondaries ask whoever answers: by then that is this one alone.
      void delay(RETIRING_MS, undefined, { ref: false }).then(() => {
        mayTell = true;
      });
    }
    // Not before: a predecessor that goes on has what other settings name.
    if (loader.zones().length > 0) void secondaries.forgetOthers();
    const open = predecessor === undefined ? openAdmin : openAdminLater;
    const admin = await open(adminPlan, {
      settings: settings.admin,
      services: createAdminServices({
        ...overrides,
        version,
        stateDirectory: resolve(settings.state),
        server,
        certificate,
        loader,
        plane,
        aliases,
        secondaries,
        transfers: transfers.counts,
        peers: transfers.peers,
        memory,
        health,
        shares,
        processStats,
        geo: geo.table,
        checkGeo: geo.data.check,
        clock: systemClock,
        isReady: () => isReady,
        upgrade,
      }),
      version,
      clock: systemClock,
      log,
    });
    closers.add(() => admin?.close());

    output.out(
      renderBanner({ version, server, zones: loader.zones(), geo: sources, admin: admin?.url }),
    );
    if (options.demo) {
      const demo = await startDemo(output);
      closers.add(() => demo.close());
      output.out(renderTry(server.addresses[0]!));
    }
    await Promise.race([firstRound, delay(FIRST_ROUND_MS, undefined, { ref: false })]);
    output.out("ready\n");
    announce(server, parts);
    return {
      succeeded: upgrade.succeeded,
      retire: async (successor) => {
        lease.drop();
        await admin?.close(ADMIN_GRACE_MS);
        successor.release();
        // Begun before all else is closed, and waited for at the end.
        void server.retire();
        await close();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function announce(server: Server, { settings, predecessor, manager, log }: StartOptions): void {
  const addresses = server.addresses.map(({ address, port }) => `${address} port ${port}`);
  const fields = predecessor === undefined ? {} : { predecessor: predecessor.pid };
  log.info({ addresses, zones: settings.zones, pid: process.pid, ...fields }, "serving");
  manager.tell({ READY: 1, STATUS: `serving on ${addresses.join(", ")}` });
}
