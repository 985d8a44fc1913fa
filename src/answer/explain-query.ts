/**
 * Explanations over DNS: `explain.NAME CH TXT`. A thread of the data plane does not know why an answer is what it is and must not
 * wait for the one that does, so over UDP it sends operators to TCP with an empty answer and TC set (RFC 2181 §9), which
 * also keeps long texts from going to forged addresses.
 */
import type { Address } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import type { Query } from "../wire/query.ts";
import { CLASS_CH, TYPE_TXT } from "../wire/rr-types.ts";
import type { Context } from "./context.ts";

/** The first label of a question for an explanation: `explain`, or `explain-TYPE`. */
const MARK = [..."explain"].map((letter) => letter.charCodeAt(0));
const HYPHEN = 0x2d;

/** True for a question for an explanation by somebody who may ask for it. */
export function isExplainQuery(
  { class: qclass, type, name }: Query,
  { operators, source, family }: Pick<Context, "operators" | "source" | "family">,
): boolean {
  if (operators.length === 0) return false;
  if (qclass !== CLASS_CH || type !== TYPE_TXT || name.labels === 0) return false;
  const { octets } = name;
  const isMarked =
    MARK.every((letter, i) => octets[i + 1] === letter) &&
    (octets[0] === MARK.length || (octets[0]! > MARK.length && octets[MARK.length + 1] === HYPHEN));
  if (!isMarked) return false;
  const address: Address = { family, octets: source };
  return operators.some((prefix) => contains(prefix, address));
}
