import { scheduleLong } from "../clock/schedule-long.ts";
import { prepareUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import { readSoa } from "../rdata/soa.ts";
import { isNewerSerial } from "../wire/serial.ts";
import type { SecondarySource, Zone } from "../zone/model.ts";
import { askPrimaries, type Help } from "./ask-primaries.ts";
import type { Asking, AskingOptions } from "./ask-primary.ts";
import { createHeldZone, type HeldZone, type RestoredZone } from "./held-zone.ts";
import type { PrimaryAddress } from "./primary-client.ts";
import { RefreshHistory } from "./refresh-history.ts";
import type { RefreshReport } from "./refresh-report.ts";
import { ageAtPrimary, shorten, waitForFirst } from "./refresh-times.ts";
import { ZoneExpiry, type ZoneExpiryOptions } from "./zone-expiry.ts";

/** What all zones share. */
export interface RefresherOptions extends AskingOptions, ZoneExpiryOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Notes that what is kept is what the first primary had at this time. Never rejects. */
  readonly confirm: (stateFile: string, seconds: number) => Promise<void>;
  readonly serve: (prepared: PreparedZone) => void;
  readonly log: Log;
}

const NOWHERE: SecondarySource = { primaries: [], key: undefined };

const UNWANTED = "the zone is not wanted any more, or the server stops";

/** Between two tries that NOTIFY brings about: whoever can send them must not have us ask without end. */
const NOTIFY_SPACING_MS = 1000;

/** Keeps one zone as its primaries have it (RFC 1034 §4.3.5, RFC 1996). */
export class ZoneRefresher {
  readonly #name: string;
  readonly #stateFile: string;
  readonly #options: RefresherOptions;
  readonly #abort = new AbortController();
  #zone: Zone;
  #content: HeldZone | undefined;
  readonly #expiry: ZoneExpiry;
  /** Why what there is of the zone is not what is served; undefined: it is. */
  #unserved: string | undefined;
  #nextAt = 0;
  #cancelNext: () => void = () => undefined;
  /** Whether the segment of the content has been handed out. */
  #isTaken = false;
  #running: Promise<void> | undefined;
  #isStarted = false;
  /** The primary to ask first once the try under way, or the start, is over, if another was wanted meanwhile. */
  #again: { readonly first: string | undefined } | undefined;
  /** Told of the next try: why it failed, or nothing. What it brings is to be transferred, whatever the serial. */
  #retransferring: ((error: string | undefined) => void)[] = [];
  readonly #history: RefreshHistory;

  /**
   * @param zone as its file has it
   * @param name its apex in presentation form
   */
  constructor(zone: Zone, name: string, stateFile: string, options: RefresherOptions) {
    this.#zone = unmark(zone);
    this.#name = name;
    this.#stateFile = stateFile;
    this.#options = options;
    this.#history = new RefreshHistory(name, options);
    this.#expiry = new ZoneExpiry(options, () => this.#expire());
  }

  /** Where the zone comes from, as its file says now. */
  get source(): SecondarySource {
    return this.#zone.secondary ?? NOWHERE;
  }

  /**
   * What is to be served of the zone at the moment. Its segment is nobody else's: numbers are written into it when it is
   * published, and one that is being read must not change.
   */
  takePrepared(): PreparedZone {
    const content = this.#content;
    if (content === undefined || this.#expiry.isExpired) return this.lookAtPrepared();
    if (this.#isTaken) {
      const { compiled } = content.prepared;
      const copy = { ...compiled, segment: compiled.segment.slice(0) };
      this.#content = { ...content, prepared: { ...content.prepared, compiled: copy } };
    }
    this.#isTaken = true;
    return this.lookAtPrepared();
  }

  /** What is served of the zone at the moment, to look at. */
  lookAtPrepared(): PreparedZone {
    const content = this.#content;
    if (content === undefined || this.#expiry.isExpired) return prepareUnavailable(this.#zone);
    return this.#present(content.prepared);
  }

  /**
   * Takes up what was kept, and begins to look after the zone; whoever asks for it before is told that there is nothing.
   *
   * @param isLate the zone is in service already, without data: what was kept is to take its place
   */
  start(restored: RestoredZone | undefined, isLate = false): void {
    if (this.#abort.signal.aborted) return;
    this.#isStarted = true;
    if (restored !== undefined) {
      const { prepared, soa, ageSeconds } = restored;
      const content = this.#hold(createHeldZone(prepared, soa, true));
      this.#expiry.restore(content.times.expireMs, ageSeconds);
      if (isLate && !this.#expiry.isExpired) this.#serve();
    }
    this.#schedule(0, this.#again?.first);
    this.#again = undefined;
  }

  /** Goes by another file from now on; primaries that are others are asked at once. */
  setZone(zone: Zone): void {
    const before = JSON.stringify(this.source);
    this.#zone = unmark(zone);
    if (JSON.stringify(this.source) !== before) this.refresh();
  }

  /**
   * A primary says that it has something new (RFC 1996 §3).
   *
   * @param serial what it says it has; undefined: it does not say
   * @param from its address in presentation form
   * @returns `known` if that is what we have, and we know it is; `older`: what we have comes after it
   */
  notify(serial: number | undefined, from: string): "news" | "known" | "older" {
    const own = this.#content?.serial;
    const isConfirmed = !this.#expiry.isExpired && this.#history.lastError === undefined;
    if (serial !== undefined && own !== undefined && isConfirmed && !isNewerSerial(serial, own)) {
      return serial === own ? "known" : "older";
    }
    this.refresh(from);
    return "news";
  }

  /** Asks the primaries as soon as may be; the one at `first` before the others. */
  refresh(first?: string): void {
    if (this.#running !== undefined || !this.#isStarted) this.#again = { first };
    else {
      const earliest = this.#history.finishedAt + NOTIFY_SPACING_MS;
      this.#schedule(Math.max(0, earliest - this.#options.clock.now()), first);
    }
  }

  /**
   * Transfers the whole zone as soon as may be, whatever its serial.
   *
   * @returns why that failed; undefined: it did not
   */
  retransfer(): Promise<string | undefined> {
    if (this.#abort.signal.aborted) return Promise.resolve(UNWANTED);
    return new Promise((resolve) => {
      this.#retransferring.push(resolve);
      this.refresh();
    });
  }

  report(): RefreshReport {
    const content = this.#content;
    const { clock, wallSeconds } = this.#options;
    const offset = wallSeconds() * 1000 - clock.now();
    return {
      zone: this.#name,
      primaries: this.#primaries,
      serial: content?.serial,
      state: this.#state,
      confirmedAt: content && offset + this.#expiry.confirmedAt,
      expiresAt: content && offset + this.#expiry.expiresAt,
      nextAt: this.#running === undefined && this.#isStarted ? offset + this.#nextAt : undefined,
      ...this.#history.report(offset),
    };
  }

  /** Ends all that is under way; what was served stays as it is. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#cancelNext();
    this.#expiry.close();
    for (const tell of this.#retransferring.splice(0)) tell(UNWANTED);
    await this.#running;
  }

  get #state(): RefreshReport["state"] {
    if (!this.#isStarted) return "restoring";
    if (this.#content === undefined) return "missing";
    return this.#expiry.isExpired ? "expired" : "current";
  }

  get #primaries(): readonly PrimaryAddress[] {
    return this.source.primaries;
  }

  #schedule(delayMs: number, first: string | undefined): void {
    const { clock } = this.#options;
    this.#cancelNext();
    if (this.#abort.signal.aborted) return;
    this.#nextAt = clock.now() + delayMs;
    const begin = (): void => {
      const waiting = this.#retransferring;
      this.#retransferring = [];
      this.#running = this.#run(first, waiting.length > 0)
        .catch((err: unknown) => {
          this.#options.log.error({ zone: this.#name, err }, "Refreshing the zone went wrong");
          this.#finish(`it went wrong: ${(err as Error).message}`);
        })
        .finally(() => {
          this.#running = undefined;
          const { aborted } = this.#abort.signal;
          for (const tell of waiting) tell(aborted ? UNWANTED : this.#history.lastError);
        });
    };
    this.#cancelNext = scheduleLong(clock, begin, delayMs);
  }

  async #run(first: string | undefined, isForced: boolean): Promise<void> {
    let isWholeDue = isForced;
    const describe = (primary: PrimaryAddress): Asking => this.#describe(primary, isWholeDue);
    const take = async (help: Help, primary: PrimaryAddress): Promise<boolean> => {
      isWholeDue = false;
      if (help.kind === "built") this.#install(help, primary);
      else await this.#confirm(help.expire);
      this.#history.noteConfirmed(primary);
      return this.#lastsUntilRefresh;
    };
    const found = await askPrimaries(this.#primaries, first, describe, take, this.#options);
    if (this.#abort.signal.aborted) return;
    if (found.kind === "helped") {
      this.#finish(this.#unserved);
      return;
    }
    if (this.#unserved !== undefined) this.#serve();
    this.#finish(found.reason);
  }

  #describe(primary: PrimaryAddress, isForced: boolean): Asking {
    const zone = this.#zone;
    const { signal } = this.#abort;
    const question = { primary, apex: zone.apex, key: zone.secondary?.key, signal };
    const own = this.#content && { ...this.#content, isExpired: this.#expiry.isExpired };
    return { zone, stateFile: this.#stateFile, own, isForced, question };
  }

  #install(
    { result, isIncremental, expire }: Extract<Help, { readonly kind: "built" }>,
    primary: PrimaryAddress,
  ): void {
    const { prepared, soa, unsaved } = result;
    const content = this.#hold(createHeldZone(prepared, soa, unsaved === undefined));
    const kind = isIncremental ? "incremental" : "whole";
    this.#history.noteTransfer(primary, kind, content.serial, result);
    if (unsaved !== undefined) {
      const kept = { zone: this.#name, file: this.#stateFile, problem: unsaved };
      this.#options.log.warn(kept, "Cannot keep the zone: it will not be there after a restart");
    }
    this.#markConfirmed(content, expire, true);
    this.#serve();
  }

  /** From now on this is what there is of the zone. */
  #hold(content: HeldZone): HeldZone {
    this.#content = content;
    this.#isTaken = false;
    this.#expiry.mark(content.prepared.compiled.segment);
    return content;
  }

  /** Whatever is wrong with the zone, this server goes on; it is tried again whenever the primaries have been asked. */
  #serve(): void {
    try {
      this.#options.serve(this.takePrepared());
      this.#unserved = undefined;
    } catch (err) {
      this.#unserved = `it cannot be served: ${(err as Error).message}`;
      this.#options.log.error({ zone: this.#name, err }, "Cannot serve the zone as it is now");
    }
  }

  /** What we have is what the primary has. */
  async #confirm(expire: number | undefined): Promise<void> {
    const content = this.#content;
    if (content === undefined) return;
    const isServed = !this.#expiry.isExpired && this.#unserved === undefined;
    this.#markConfirmed(content, expire, false);
    if (content.isSaved) void this.#options.confirm(this.#stateFile, this.#expiry.freshSeconds);
    if (!isServed && !this.#expiry.isExpired) this.#serve();
    if (!content.isSaved) await this.#keep(content);
  }

  /** The disk did not take what was transferred; it may by now. */
  async #keep(content: HeldZone): Promise<void> {
    const { build, log } = this.#options;
    const { segment } = content.prepared.compiled;
    const [zone, stateFile, freshAt] = [this.#zone, this.#stateFile, this.#expiry.freshSeconds];
    const outcome = await build({ kind: "keep", zone, stateFile, segment, freshAt });
    if (outcome.kind !== "done" || outcome.result.kind !== "kept") return;
    if (outcome.result.unsaved !== undefined || this.#content === undefined) return;
    this.#content = { ...this.#content, isSaved: true };
    log.info({ zone: this.#name, file: stateFile }, "The zone is kept now");
  }

  /** With the settings of the zone's file as it is now. */
  #present(prepared: PreparedZone): PreparedZone {
    const { serial, negativeTtl } = prepared.zone;
    return { ...prepared, zone: { ...this.#zone, serial, negativeTtl } };
  }

  #markConfirmed(content: HeldZone, expire: number | undefined, isNew: boolean): void {
    const ageSeconds = ageAtPrimary(readSoa(content.soa), expire);
    this.#expiry.confirm(content.times.expireMs, ageSeconds, isNew);
  }

  #expire(): void {
    this.#options.log.error(
      { zone: this.#name, serial: this.#content?.serial, problem: this.#history.lastError },
      "Zone expired: no primary has confirmed it for as long as its SOA allows; SERVFAIL until one does",
    );
    this.#serve();
  }

  #finish(error: string | undefined): void {
    this.#history.noteEnd(error, this.#content?.serial);
    const again = this.#again;
    this.#again = undefined;
    if (again !== undefined) this.#schedule(NOTIFY_SPACING_MS, again.first);
    else this.#schedule(shorten(this.#waitMs, this.#options.random()), undefined);
  }

  get #waitMs(): number {
    const times = this.#content?.times;
    if (times === undefined) return waitForFirst(this.#history.failuresInRow);
    const isSure = this.#history.failuresInRow === 0 && this.#lastsUntilRefresh;
    return isSure ? times.refreshMs : times.retryMs;
  }

  /** Who confirms a zone may be a secondary itself, and leave it less time than until it is asked for again. */
  get #lastsUntilRefresh(): boolean {
    const refreshMs = this.#content?.times.refreshMs ?? 0;
    return this.#expiry.expiresAt - this.#options.clock.now() > refreshMs;
  }
}

/** A zone comes from its file without data; what is made of it has some. */
function unmark({ isUnavailable: _, ...zone }: Zone): Zone {
  return zone;
}
