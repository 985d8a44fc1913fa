import type { IssueList } from "../config/issue-list.ts";
import type { Name } from "./model.ts";

/** What all steps of building one zone share. */
export interface BuildContext {
  readonly apex: Name;
  readonly issues: IssueList;
  /** The zone's own `ttl`, in seconds. */
  readonly defaultTtl: number | undefined;
  /** Whether the server has witnesses of its own for the checks of this zone. */
  readonly references: boolean;
  /** Whether anything may say which autonomous system a client is in. */
  readonly knowsAsns: boolean;
}
