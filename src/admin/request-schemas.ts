/** The requests that the interface takes, as types and as JSON Schema. */
import { BOOLEAN, listOf, object, oneOf, type Schema } from "./json-schema.ts";

export interface PlaceRequest {
  readonly action: "drain" | "up" | "down";
  readonly selector: string;
  /** Like `2h`; until it is removed if left out. */
  readonly for?: string;
  readonly reason?: string;
  /** Who wants it, for the list of overrides and the log. */
  readonly by?: string;
  /** Overrules the guards. */
  readonly force?: boolean;
}

export interface LiftRequest {
  readonly selector: string;
  readonly by?: string;
}

export interface FailbackRequest {
  /** A name, with `*` and `?`. */
  readonly pool: string;
  readonly by?: string;
}

export interface ReloadRequest {
  /** Serves changes as well that look like a mistake. */
  readonly force?: boolean;
  /** Apexes of zones whose files are gone, to be served no longer. */
  readonly remove?: readonly string[];
  readonly by?: string;
}

export interface RetransferRequest {
  /** The apex of a secondary zone. */
  readonly zone: string;
  readonly by?: string;
}

export interface UpgradeRequest {
  readonly by?: string;
}

// Control characters would let one write lines on somebody else's terminal.
const WORDS: Schema = { type: "string", maxLength: 300, pattern: "^[^\\p{Cc}]*$" };
const WHO: Schema = { ...WORDS, description: "who asks for it, for the log" };
export const ACTION: Schema = oneOf("drain", "up", "down");

export const PLACE_REQUEST: Schema = object(
  {
    action: ACTION,
    selector: {
      ...WORDS,
      description: "dc=fra, pool=eu, zone=example.com, or a value; * and ?; a comma for and",
    },
    for: { ...WORDS, description: "how long, like 90s, 30m, 2h, 1d" },
    reason: WORDS,
    by: WHO,
    force: { ...BOOLEAN, description: "overrule the guards" },
  },
  ["for", "reason", "by", "force"],
);
export const LIFT_REQUEST: Schema = object({ selector: WORDS, by: WHO }, ["by"]);
export const FAILBACK_REQUEST: Schema = object({ pool: WORDS, by: WHO }, ["by"]);
export const RELOAD_REQUEST: Schema = object(
  {
    by: WHO,
    force: { ...BOOLEAN, description: "even changes that look like a mistake" },
    remove: {
      ...listOf({ type: "string", maxLength: 1004 }),
      description: "zones to take out of service; their files must be gone",
    },
  },
  ["by", "force", "remove"],
);

export const RETRANSFER_REQUEST: Schema = object(
  { zone: { type: "string", maxLength: 1004 }, by: WHO },
  ["by"],
);

export const UPGRADE_REQUEST: Schema = object({ by: WHO }, ["by"]);
