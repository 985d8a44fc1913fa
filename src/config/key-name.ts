import { type Decoder, text } from "./decode.ts";
import { describe, textSchema } from "./describe.ts";
import { quote } from "./tree.ts";

const LABEL = /^[a-z0-9_-]{1,63}$/;
/** Characters of a name, the dot at the end included. */
const MAX_LENGTH = 254;

/** The name of a TSIG key as both sides have it, in lower case and with the dot at the end. */
export const keyName: Decoder<string> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const key = canonicalKeyName(written);
  if (key === undefined) issues.error(tree.place, `${name}: ${explainBadKeyName(written)}`);
  return key;
}, textSchema);

/** In lower case and with the dot at the end; undefined if it is no name of a key. */
export function canonicalKeyName(written: string): string | undefined {
  const labels = written.toLowerCase().replace(/\.$/, "").split(".");
  const name = `${labels.join(".")}.`;
  return name.length <= MAX_LENGTH && labels.every((label) => LABEL.test(label)) ? name : undefined;
}

export function explainBadKeyName(written: string): string {
  return `${quote(written)} is no name of a key: labels of letters, digits, "-" and "_", with dots between them`;
}
