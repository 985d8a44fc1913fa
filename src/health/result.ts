import type { CheckTarget } from "../zone/model.ts";

/** What one probe found out. `detail` is one short line for people; it never holds octets of the answer. */
export type ProbeResult =
  | { readonly kind: "success" }
  | {
      readonly kind: "failure";
      /**
       * True if a whole answer came that breaks the rule of the check (an HTTP status or body, a TLS alert): it proves
       * that the network works. Silence, resets and refusals do not: a local firewall makes them for everybody at once.
       */
      readonly contact: boolean;
      readonly detail: string;
    }
  /** Says nothing about the target: out of descriptors, no route, a stalled process, cancelled. */
  | { readonly kind: "inconclusive"; readonly detail: string };

/**
 * Starts one probe and calls `done` exactly once, within the check's timeout, unless the returned function cancels it
 * before: then it releases everything and calls nobody. `done` may be called before the function returns.
 */
export type Probe = (target: CheckTarget, done: (result: ProbeResult) => void) => () => void;
