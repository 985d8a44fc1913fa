import type { Prefix } from "../../address/address.ts";
import { explainBadPrefix, parseAddress, parsePrefix } from "../../address/parse.ts";
import { type Decoder, text } from "../decode.ts";
import { describe, textSchema } from "../describe.ts";

/** An address, which stands for itself alone, or a prefix. */
export const clientPrefix: Decoder<Prefix> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const address = parseAddress(written);
  const parsed = address ? { address, length: address.octets.length * 8 } : parsePrefix(written);
  if (parsed !== undefined) return parsed;
  issues.error(tree.place, `${name}: ${explainBadPrefix(written)}`);
  return undefined;
}, textSchema);
