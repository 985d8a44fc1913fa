import { formatSocketAddress } from "../config/socket-address.ts";
import { type Asking, type AskingOptions, askPrimary, type PrimaryOutcome } from "./ask-primary.ts";
import type { PrimaryAddress } from "./primary-client.ts";

/** What a primary has done for a zone. */
export type Help = Extract<PrimaryOutcome, { readonly kind: "confirmed" | "built" }>;

/** What comes of asking all primaries of a zone. */
export type PrimariesOutcome =
  | { readonly kind: "helped" }
  /** What each of them said, for people. */
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Asks the primaries of a zone in order until one helps; those that lately did not answer last.
 *
 * @param first the address of one that is known to be there, and asked before the others; undefined: nobody is
 * @param describe what to ask one of them
 * @param take takes what one has done. Resolves to whether that is enough: if not, another that answers may do better
 */
export async function askPrimaries(
  primaries: readonly PrimaryAddress[],
  first: string | undefined,
  describe: (primary: PrimaryAddress) => Asking,
  take: (help: Help, primary: PrimaryAddress) => Promise<boolean>,
  options: AskingOptions,
): Promise<PrimariesOutcome> {
  const problems: string[] = [];
  let isHelped = false;
  let waiting = [
    ...primaries.filter(({ address }) => address === first),
    ...primaries.filter(({ address }) => address !== first),
  ];
  for (const mayShun of [true, false]) {
    const shunned: PrimaryAddress[] = [];
    for (const primary of waiting) {
      const asking = describe(primary);
      const outcome = await askPrimary(asking, mayShun && primary.address !== first, options);
      if (asking.question.signal.aborted) return { kind: "failed", reason: "it is not wanted" };
      if (outcome.kind === "shunned") shunned.push(primary);
      else if (outcome.kind === "failed") {
        problems.push(`${formatSocketAddress(primary)}: ${outcome.reason}`);
      } else {
        if (await take(outcome, primary)) return { kind: "helped" };
        isHelped = true;
      }
    }
    // Waiting for those that say nothing is for zones that nobody else helps.
    if (isHelped) return { kind: "helped" };
    waiting = shunned;
  }
  return { kind: "failed", reason: problems.join("; ") };
}
