/**
 * Why a client gets the answer it gets. `steer()` fills a trace on request; `explain` adds what it knows of the client
 * and prints it. The ids are documented in docs/steering.md, where users look them up.
 */
import type { ValueState } from "./pool-standing.ts";

/** Ids of the rules in docs/steering.md. */
export type RuleId =
  | "A1"
  | "A2"
  | "A3"
  | "A4"
  | "A5"
  | "A6"
  | "A7"
  | "A8"
  | "A9"
  | "A10"
  | "A11"
  | "A13"
  | "A14"
  | "A16"
  | "A17"
  | "B4"
  | "B5"
  | "B8";

/** What a step is about. */
export type Topic =
  | "client"
  | "rule"
  | "distance"
  | "pool"
  | "held"
  | "all-down"
  | "nodata"
  | "order"
  | "answers"
  | "ttl"
  | "hints"
  | "scope";

/** One decision, in words, and the rule it follows. */
export interface Step {
  readonly topic: Topic;
  readonly rule: RuleId;
  readonly text: string;
}

export interface PoolTrace {
  readonly name: string;
  /** Named by the rule itself, or reached as the fallback of the pool before. */
  readonly from: "rule" | "fallback";
  /** Whether its state was looked at: a pool before it may have answered already. */
  readonly tried: boolean;
  readonly inService: boolean;
  /** Whether its values are the answer. */
  readonly answers: boolean;
  readonly rule: RuleId;
  readonly reason: string;
  readonly values: readonly ValueTrace[];
}

export interface ValueTrace {
  /** Presentation form. */
  readonly value: string;
  readonly datacenter: string | undefined;
  /** Name of the pool among the values that it is written in; undefined: it stands in the pool itself. */
  readonly within: string | undefined;
  /** As written. */
  readonly weight: number;
  /** As it counts at the moment, in terms of the outermost pool's weights; 0: not at all. */
  readonly effectiveWeight: number;
  readonly status: "up" | "down" | "obey";
  readonly state: ValueState;
  readonly lastError: string | undefined;
  readonly kept: boolean;
  readonly rule: RuleId;
  readonly reason: string;
}

/** Steps in the order they were taken, pools in the order they are tried. Filled in place. */
export interface Trace {
  readonly steps: Step[];
  readonly pools: PoolTrace[];
}

export function createTrace(): Trace {
  return { steps: [], pools: [] };
}
