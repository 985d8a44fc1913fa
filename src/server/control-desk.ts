import type { Address } from "../address/address.ts";

/** A message that the image cannot answer: NOTIFY, AXFR, IXFR, a question for an explanation. */
export interface ControlRequest {
  /** The message alone, nobody else's octets. */
  readonly octets: Uint8Array;
  /** Whom it is from; behind a proxy, the proxy's client. */
  readonly source: Address;
  readonly transport: "udp" | "tcp" | "tls" | "https";
}

/**
 * Answers such messages on the control plane's thread, with as many messages as it takes (a transfer has many). The next is
 * asked for when the client has taken the one before, and none any more when it is gone: then `return()` is called, as by
 * `break` in a `for await`. Nothing at all: silence. Over UDP only the first is sent, which must fit. Throws only for bugs.
 */
export type ControlDesk = (
  request: ControlRequest,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
