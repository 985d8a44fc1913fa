import { COOKIE } from "../answer/cookie-jar.ts";
import { COUNTER } from "../answer/counters.ts";
import { RESPONSE_KIND } from "../answer/rate-limiter.ts";
import type { ServerCounters } from "./start-server.ts";

/** What the answer side has counted since the start, over all threads. */
export interface DnsCounts {
  readonly queriesUdp: number;
  readonly queriesTcp: number;
  readonly queriesTls: number;
  readonly queriesHttps: number;
  /** Messages that got no response. */
  readonly silent: number;
  readonly truncated: number;
  readonly withEdns: number;
  readonly withSubnet: number;
  readonly steered: number;
  /** Queries with a cookie, by what it says of the client. */
  readonly cookies: Readonly<Record<"fresh" | "bad" | "good", number>>;
  /** Responses beyond their rate, by kind. */
  readonly limited: Readonly<Record<keyof typeof RESPONSE_KIND, Limited>>;
  /** Responses by RCODE, 0 to 23. */
  readonly rcodes: readonly number[];
}

export interface Limited {
  /** Sent short. */
  readonly slipped: number;
  readonly dropped: number;
}

const RCODES = 24;

export function readDnsCounts({
  answers,
  tcp: { queriesTcp, queriesTls, queriesHttps },
}: Pick<ServerCounters, "answers" | "tcp">): DnsCounts {
  const at = (slot: number): number => answers[slot] ?? 0;
  const limited = (kind: number): Limited => ({
    slipped: at(COUNTER.slipped + kind),
    dropped: at(COUNTER.dropped + kind),
  });
  return {
    queriesUdp: at(COUNTER.queriesUdp),
    queriesTcp,
    queriesTls,
    queriesHttps,
    silent: at(COUNTER.silent),
    truncated: at(COUNTER.truncated),
    withEdns: at(COUNTER.withEdns),
    withSubnet: at(COUNTER.withSubnet),
    steered: at(COUNTER.steered),
    cookies: {
      fresh: at(COUNTER.cookie + COOKIE.fresh),
      bad: at(COUNTER.cookie + COOKIE.bad),
      good: at(COUNTER.cookie + COOKIE.good),
    },
    limited: {
      answer: limited(RESPONSE_KIND.answer),
      referral: limited(RESPONSE_KIND.referral),
      nodata: limited(RESPONSE_KIND.nodata),
      nxdomain: limited(RESPONSE_KIND.nxdomain),
      error: limited(RESPONSE_KIND.error),
    },
    rcodes: Array.from({ length: RCODES }, (_, rcode) => at(COUNTER.rcode + rcode)),
  };
}
