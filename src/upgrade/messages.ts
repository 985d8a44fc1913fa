/**
 * What a server and its successor say to each other, over the channel that Node opens to a child. The two may be of
 * different versions: whoever does not understand the format says so, and the old server goes on.
 */
import type { SavedTarget } from "../health/saved-health.ts";
import type { HandedSocket } from "../server/handed-sockets.ts";

/** Another whenever one of these messages is: what is missing from one would pass for nothing to say. */
export const HANDOVER_FORMAT = 2;

/** Set in the successor's environment. */
export const SUCCESSOR_VARIABLE = "RONDO_SUCCEEDS";

export type ToSuccessor =
  /** First of all; descriptors are the successor's. */
  | {
      readonly type: "sockets";
      readonly format: number;
      readonly version: string;
      readonly pid: number;
      /** Where the admin interface is, as settings have it; undefined: there is none. */
      readonly admin: string | undefined;
      readonly sockets: readonly HandedSocket[];
    }
  /** Answer from now on, going on from how things are. */
  | {
      readonly type: "take-over";
      readonly verdicts: readonly (readonly [key: string, target: SavedTarget])[];
      /** What steering remembers, as its file has it, which may not be up to date. */
      readonly steering: string;
    }
  /** From now on all is the successor's: the state folder, the place of the admin interface. Before, its end is no loss. */
  | { readonly type: "released" };

export type ToPredecessor =
  /** Loaded, with the first round of checks behind it. */
  | { readonly type: "ready"; readonly version: string }
  /** It answers, beside the other. */
  | { readonly type: "serving" }
  /** It has answered for a while, and goes on. */
  | { readonly type: "steady" }
  /** It will not; for people. */
  | { readonly type: "failed"; readonly reason: string };
