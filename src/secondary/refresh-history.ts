import type { Clock } from "../clock/clock.ts";
import { formatSocketAddress } from "../config/socket-address.ts";
import type { Log } from "../log/log.ts";
import type { BuildResult } from "./build-job.ts";
import type { PrimaryAddress } from "./primary-client.ts";
import type { RefreshReport, TakenTransfer } from "./refresh-report.ts";

export interface RefreshHistoryOptions {
  readonly clock: Clock;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
  readonly log: Log;
}

/** What has come of the tries to refresh a zone since the start: for the log, and for reports. */
export class RefreshHistory {
  readonly #name: string;
  readonly #options: RefreshHistoryOptions;
  #finishedAt = Number.NEGATIVE_INFINITY;
  #failuresInRow = 0;
  #lastError: string | undefined;
  #confirmedBy: PrimaryAddress | undefined;
  #lastTransfer: TakenTransfer | undefined;
  readonly #counts = { whole: 0, incremental: 0, failures: 0 };

  /** @param name the apex in presentation form */
  constructor(name: string, options: RefreshHistoryOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** When the last try ended, on the clock; negative infinity: none has. */
  get finishedAt(): number {
    return this.#finishedAt;
  }

  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** Why the last try failed; undefined: it did not. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** A transfer was taken in. */
  noteTransfer(
    primary: PrimaryAddress,
    kind: TakenTransfer["kind"],
    serial: number,
    { prepared, warnings }: Extract<BuildResult, { readonly kind: "built" }>,
  ): void {
    const { log, wallSeconds } = this.#options;
    this.#counts[kind]++;
    this.#lastTransfer = { primary, kind, serial, at: wallSeconds() * 1000 };
    const facts = {
      zone: this.#name,
      primary: formatSocketAddress(primary),
      serial,
      records: prepared.compiled.records,
      incremental: kind === "incremental",
    };
    if (warnings.length === 0) log.info(facts, "Zone transferred");
    else log.warn({ ...facts, warnings }, "Zone transferred with warnings");
  }

  /** What there is now is what this primary has. */
  noteConfirmed(primary: PrimaryAddress): void {
    this.#confirmedBy = primary;
  }

  /**
   * A try has ended.
   *
   * @param error why it failed; undefined: it did not
   * @param serial of what there is now
   */
  noteEnd(error: string | undefined, serial: number | undefined): void {
    const { clock, log } = this.#options;
    this.#finishedAt = clock.now();
    const before = this.#lastError;
    this.#lastError = error;
    if (error === undefined) this.#failuresInRow = 0;
    else {
      this.#failuresInRow++;
      this.#counts.failures++;
    }
    // As long as it fails for the same reason that is no news.
    if (error !== undefined && error !== before) {
      log.warn({ zone: this.#name, problem: error }, "Cannot refresh the zone");
    } else if (error === undefined && before !== undefined) {
      log.info({ zone: this.#name, serial }, "Zone is refreshed again");
    }
  }

  /** @param offset from the clock to milliseconds since 1970 */
  report(
    offset: number,
  ): Pick<
    RefreshReport,
    "askedAt" | "confirmedBy" | "lastError" | "lastTransfer" | "transfers" | "failures"
  > {
    const { whole, incremental, failures } = this.#counts;
    const hasAsked = this.#finishedAt > Number.NEGATIVE_INFINITY;
    return {
      askedAt: hasAsked ? offset + this.#finishedAt : undefined,
      confirmedBy: this.#confirmedBy,
      lastError: this.#lastError,
      lastTransfer: this.#lastTransfer,
      transfers: { whole, incremental },
      failures,
    };
  }
}
