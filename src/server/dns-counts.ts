import { COUNTER } from "../answer/counters.ts";
import type { ServerCounters } from "./start-server.ts";

/** What the answer side has counted since the start, over all threads. */
export interface DnsCounts {
  readonly queriesUdp: number;
  readonly queriesTcp: number;
  /** Messages that got no response. */
  readonly silent: number;
  readonly truncated: number;
  readonly withEdns: number;
  readonly withSubnet: number;
  readonly steered: number;
  /** Responses by RCODE, 0 to 16. */
  readonly rcodes: readonly number[];
}

const RCODES = 17;

export function readDnsCounts({ answers }: Pick<ServerCounters, "answers">): DnsCounts {
  const at = (slot: number): number => answers[slot] ?? 0;
  return {
    queriesUdp: at(COUNTER.queriesUdp),
    queriesTcp: at(COUNTER.queriesStream),
    silent: at(COUNTER.silent),
    truncated: at(COUNTER.truncated),
    withEdns: at(COUNTER.withEdns),
    withSubnet: at(COUNTER.withSubnet),
    steered: at(COUNTER.steered),
    rcodes: Array.from({ length: RCODES }, (_, rcode) => at(COUNTER.rcode + rcode)),
  };
}
