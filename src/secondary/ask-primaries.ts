import { formatSocketAddress } from "../config/socket-address.ts";
import { type Asking, type AskingOptions, askPrimary, type PrimaryOutcome } from "./ask-primary.ts";
import type { PrimaryAddress } from "./primary-client.ts";

/** What comes of asking all primaries of a zone. */
export type PrimariesOutcome =
  | {
      readonly kind: "helped";
      readonly primary: PrimaryAddress;
      readonly outcome: Extract<PrimaryOutcome, { readonly kind: "confirmed" | "built" }>;
    }
  /** What each of them said, for people. */
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Asks the primaries of a zone in order until one helps; those that lately did not answer last. Never rejects.
 *
 * @param first the address of one that is known to be there, and asked before the others; undefined: nobody is
 * @param describe what to ask one of them
 */
export async function askPrimaries(
  primaries: readonly PrimaryAddress[],
  first: string | undefined,
  describe: (primary: PrimaryAddress) => Asking,
  options: AskingOptions,
): Promise<PrimariesOutcome> {
  const problems: string[] = [];
  let waiting = [
    ...primaries.filter(({ address }) => address === first),
    ...primaries.filter(({ address }) => address !== first),
  ];
  for (const mayShun of [true, false]) {
    const shunned: PrimaryAddress[] = [];
    for (const primary of waiting) {
      const asking = describe(primary);
      const outcome = await askPrimary(asking, mayShun && primary.address !== first, options);
      if (outcome.kind === "shunned") shunned.push(primary);
      else if (outcome.kind !== "failed") return { kind: "helped", primary, outcome };
      else problems.push(`${formatSocketAddress(primary)}: ${outcome.reason}`);
      if (asking.question.signal.aborted) return { kind: "failed", reason: "it is not wanted" };
    }
    waiting = shunned;
  }
  return { kind: "failed", reason: problems.join("; ") };
}
