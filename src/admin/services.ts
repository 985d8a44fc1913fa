import type { Lifted, Placed } from "../control/override-desk.ts";
import type { NewOverride } from "../control/overrides.ts";
import type { Selector } from "../control/selector.ts";
import type {
  FailbackReport,
  OverrideReport,
  ReloadReport,
  RetransferReport,
  StateReport,
  UpgradeReport,
} from "./api.ts";

/** A question to `explain`, as it was asked. */
export interface ExplainRequest {
  readonly name: string;
  readonly type: string | undefined;
  readonly client: string;
  readonly resolver: string | undefined;
  readonly assume: readonly string[];
}

export type Explained =
  | { readonly ok: true; readonly explanation: object }
  /** What is wrong with the question, in one line. */
  | { readonly ok: false; readonly message: string };

/** The rest of the server, as far as the admin interface has to do with it. */
export interface AdminServices {
  state(): StateReport;
  overrides(): readonly OverrideReport[];
  explain(request: ExplainRequest): Explained;
  place(wish: NewOverride, isForced: boolean): Promise<Placed>;
  lift(selector: Selector): Promise<Lifted>;
  /** Takes pools back that wait for it; those with this name, `*` and `?` allowed. */
  failback(pool: string): FailbackReport;
  /**
   * @param wish.force serves changes as well that look like a mistake
   * @param wish.remove zones to take out of service if their files are gone; lower case, with the dot at the end
   */
  reload(wish: {
    readonly force: boolean;
    readonly remove: readonly string[];
  }): Promise<ReloadReport>;
  /**
   * Transfers a secondary zone whole, whatever its serial; undefined: it is none.
   *
   * @param zone presentation form, lower case, with the dot at the end
   */
  retransfer(zone: string): Promise<RetransferReport | undefined>;
  /** Has what is installed now take over; resolves when it has, or when it is clear that it will not. */
  upgrade(): Promise<UpgradeReport>;
  /** Whether another process is about to take over. */
  isUpgrading(): boolean;
  /** Of the zones that are served, by apex. */
  serials(): Iterable<readonly [zone: string, serial: number]>;
  /** Whether a query gets an answer. Never rejects. */
  answersDns(): Promise<boolean>;
  /** Whether the first round of checks is over, whatever came of it. */
  isReady(): boolean;
  /** In the text format of Prometheus. */
  metrics(): string;
}
