import { type Decoder, text } from "./decode.ts";
import { describe, textSchema } from "./describe.ts";
import { quote } from "./tree.ts";

const LABEL = /^[a-z0-9_-]{1,63}$/;
/** Characters of a name, the dot at the end included. */
const MAX_LENGTH = 254;

/**
 * A domain name that two servers have to agree on and nobody needs escapes in: in lower case and with the dot at the end.
 *
 * @param what for messages: `key`
 */
export function plainName(what: string): Decoder<string> {
  return describe((tree, name, issues) => {
    const written = text(tree, name, issues);
    if (written === undefined) return undefined;
    const canonical = canonicalName(written);
    if (canonical === undefined)
      issues.error(tree.place, `${name}: ${explainBadName(written, what)}`);
    return canonical;
  }, textSchema);
}

/** In lower case and with the dot at the end; undefined if it is no such name. */
export function canonicalName(written: string): string | undefined {
  const labels = written.toLowerCase().replace(/\.$/, "").split(".");
  const name = `${labels.join(".")}.`;
  return name.length <= MAX_LENGTH && labels.every((label) => LABEL.test(label)) ? name : undefined;
}

export function explainBadName(written: string, what: string): string {
  return `${quote(written)} is no name of a ${what}: labels of letters, digits, "-" and "_", with dots between them`;
}
