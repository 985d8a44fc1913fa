/** Numbers of a worker's counters, 32 bits each, that wrap; the control plane adds up the differences. */
export const COUNTER = {
  queriesUdp: 0,
  queriesStream: 1,
  responses: 2,
  /** Messages that got no response. */
  silent: 3,
  truncated: 4,
  withEdns: 5,
  withSubnet: 6,
  /** Answers decided per class of client. */
  steered: 7,
  /** Responses by RCODE, 0 to 23; 16 is BADVERS. */
  rcode: 8,
  /** Queries with a cookie option, by what it says of the client: COOKIE.fresh, bad and good. */
  cookie: 32,
  /** Responses beyond their rate by RESPONSE_KIND, 0 to 4: those sent short, and those not sent. */
  slipped: 36,
  dropped: 41,
} as const;

export const COUNTER_SLOTS = 46;
