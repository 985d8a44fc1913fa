/**
 * The zones that are kept elsewhere: transferred, kept up to date and kept over a restart. What they hold is compiled in
 * threads of their own; here it is decided when to ask whom, and what is served.
 */
import { join } from "node:path";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { JobOutcome } from "../loader/worker-pool.ts";
import { formatName } from "../wire/name.ts";
import type { Zone } from "../zone/model.ts";
import type { BuildJob, BuildResult } from "./build-job.ts";
import type { RestoredZone } from "./held-zone.ts";
import type { PrimaryClient } from "./primary-client.ts";
import type { RefreshReport } from "./refresh-report.ts";
import { SilentPrimaries } from "./silent-primaries.ts";
import { Slots } from "./slots.ts";
import { createStateFolder, type FoundState, stateFileOf } from "./state-files.ts";
import { type RefresherOptions, ZoneRefresher } from "./zone-refresher.ts";

export interface SecondariesOptions
  extends Pick<RefresherOptions, "clock" | "wallSeconds" | "random" | "expiries" | "log"> {
  readonly client: PrimaryClient;
  /** Makes zones of what has come; off this thread where that may take long. */
  readonly build: (job: BuildJob) => Promise<JobOutcome<BuildResult>>;
  /** The folder `secondary` in it takes what was transferred. */
  readonly stateDirectory: string;
  /** Takes a zone into service, in place of what was served of it. */
  readonly serve: (prepared: PreparedZone) => void;
}

/** Questions under way, in all and to one primary. */
const QUESTIONS = 32;
const QUESTIONS_PER_PRIMARY = 8;
/** Transfers under way: each may bring as much as the largest zone. */
const TRANSFERS = 4;
const TRANSFERS_PER_PRIMARY = 2;

/** What a zone has at most, in the state folder, that others wait for at a start: some hundred thousand records. */
const SMALL_OCTETS = 4 << 20;
/** How long they wait for all of these. */
const PATIENCE_MS = 3000;

/** Owns all secondary zones. */
export class Secondaries {
  readonly #options: SecondariesOptions;
  readonly #refreshers = new Map<string, ZoneRefresher>();
  readonly #shared: RefresherOptions;
  readonly #folder: ReturnType<typeof createStateFolder>;
  #isClosed = false;

  constructor(options: SecondariesOptions) {
    this.#options = options;
    this.#folder = createStateFolder(join(options.stateDirectory, "secondary"), options.log);
    this.#shared = {
      ...options,
      silent: new SilentPrimaries(() => options.clock.now()),
      questions: new Slots(QUESTIONS, QUESTIONS_PER_PRIMARY),
      transfers: new Slots(TRANSFERS, TRANSFERS_PER_PRIMARY),
      confirm: (file, seconds) => this.#folder.confirm(file, seconds),
    };
  }

  /**
   * Takes up what earlier runs kept of those of the zones that are secondary, and begins to look after them: small ones
   * first. Those that are not there when this is done are served without data until they are.
   *
   * @param isPatient wait for all of them, however long that takes; else for the small ones, and for seconds at most
   */
  async open(zones: readonly PreparedZone[], isPatient: boolean): Promise<void> {
    const opened = zones.flatMap(({ zone }) => {
      const name = formatName(zone.apex);
      if (zone.secondary === undefined || this.#refreshers.has(name)) return [];
      return [{ zone, name, refresher: this.#create(zone, name) }];
    });
    const found = await Promise.all(
      opened.map(async (one) => ({
        ...one,
        kept: await this.#folder.find(this.#fileOf(one.name)),
      })),
    );
    found.sort((one, other) => (one.kept?.octets ?? 0) - (other.kept?.octets ?? 0));
    let isLate = false;
    const small: Promise<void>[] = [];
    const all = found.map(({ zone, name, refresher, kept }) => {
      const taking = this.#restore(zone, name, kept).then((restored) =>
        refresher.start(restored, isLate),
      );
      if (kept === undefined || kept.octets <= SMALL_OCTETS) small.push(taking);
      return taking;
    });
    if (isPatient) await Promise.all(all);
    else await this.#waitShortly(Promise.all(small));
    isLate = true;
  }

  /**
   * What is to be served of a zone now that its file has changed: in place of a secondary zone what is known of it, which
   * is looked after from now on; any other as it is.
   */
  present(prepared: PreparedZone): PreparedZone {
    const { zone } = prepared;
    const name = formatName(zone.apex);
    if (zone.secondary === undefined) {
      void this.drop(name);
      return prepared;
    }
    let refresher = this.#refreshers.get(name);
    if (refresher === undefined) {
      refresher = this.#create(zone, name);
      refresher.start(undefined);
    } else refresher.setZone(zone);
    return refresher.takePrepared();
  }

  /** What is served of a zone, to look at. */
  lookAt(prepared: PreparedZone): PreparedZone {
    if (prepared.zone.secondary === undefined) return prepared;
    const refresher = this.#refreshers.get(formatName(prepared.zone.apex));
    return refresher?.lookAtPrepared() ?? prepared;
  }

  /** Forgets a zone, and what was kept of it. Others than secondary zones are left out. */
  async drop(name: string): Promise<void> {
    const refresher = this.#refreshers.get(name);
    if (refresher === undefined) return;
    this.#refreshers.delete(name);
    await refresher.close();
    // It may be a secondary zone again by now, and the file that one's.
    if (!this.#refreshers.has(name)) await this.#folder.remove(this.#fileOf(name));
  }

  /** Forgets what was kept of zones that are no more. */
  async forgetOthers(): Promise<void> {
    await this.#folder.keepOnly([...this.#refreshers.keys()].map((name) => this.#fileOf(name)));
  }

  /** The zone of that name, for those who tell us that it has changed. */
  find(name: string): ZoneRefresher | undefined {
    return this.#refreshers.get(name);
  }

  /** Asks all primaries as soon as may be. */
  refresh(): void {
    for (const refresher of this.#refreshers.values()) refresher.refresh();
  }

  report(): RefreshReport[] {
    return Array.from(this.#refreshers.values(), (refresher) => refresher.report());
  }

  /** Ends all that is under way. What is served stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#refreshers.values(), (refresher) => refresher.close()));
  }

  async #waitShortly(work: Promise<unknown>): Promise<void> {
    let cancel: () => void = () => undefined;
    const enough = new Promise<void>((resolve) => {
      cancel = this.#options.clock.schedule(resolve, PATIENCE_MS);
    });
    await Promise.race([work, enough]);
    cancel();
  }

  #create(zone: Zone, name: string): ZoneRefresher {
    const refresher = new ZoneRefresher(zone, name, this.#fileOf(name), this.#shared);
    this.#refreshers.set(name, refresher);
    return refresher;
  }

  /** What an earlier run kept of the zone. */
  async #restore(
    zone: Zone,
    name: string,
    kept: FoundState | undefined,
  ): Promise<RestoredZone | undefined> {
    if (kept === undefined) return undefined;
    const { build, log, wallSeconds } = this.#options;
    const file = this.#fileOf(name);
    const outcome = await build({ kind: "restore", zone, stateFile: file });
    const result =
      outcome.kind === "done" ? outcome.result : { ...outcome, kind: "refused" as const };
    // What was not finished says nothing of what was kept.
    if (result.kind === "missing" || result.kind === "kept" || this.#isClosed) return undefined;
    if (result.kind === "refused") {
      log.warn(
        { zone: name, file, problem: result.reason },
        "What was kept of the zone is of no use; it is transferred anew",
      );
      return undefined;
    }
    const { prepared, soa, freshAt } = result;
    const ageSeconds = Math.max(0, wallSeconds() - Math.max(kept.confirmedAt, freshAt));
    return { prepared, soa, ageSeconds };
  }

  #fileOf(name: string): string {
    return stateFileOf(join(this.#options.stateDirectory, "secondary"), name);
  }
}
