import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import { formatName, parseName } from "../wire/name.ts";
import type { NameRule } from "./word.ts";

/**
 * Names inside of rdata as YAML files have them. They must be absolute: whether `mail` means mail.example.com. or mail. is
 * answered differently by every tool that reads such files.
 *
 * @param apex wire form, for suggestions
 */
export function absoluteNames(apex: Uint8Array): NameRule {
  const readName: NameRule["readName"] = (text, what) => {
    const parsed = parseName(text);
    if (!parsed.ok) return `${what} is no name: ${parsed.error}`;
    const zone = formatName(apex);
    if (text === "" || text === "@") {
      return `${what} must be a name: found ${quote(text)}; the apex is ${quote(zone)}`;
    }
    if (isAbsolute(text)) return parsed.name;
    const relative = zone === "." ? `${text}.` : `${text}.${zone}`;
    const [first, second] = text.includes(".") ? [`${text}.`, relative] : [relative, `${text}.`];
    return `${what} must be absolute, with a dot at the end: found ${quote(text)}; write ${quote(first)} or ${quote(second)}`;
  };
  return {
    readName,
    readMailbox: (text, what) => {
      const at = text.indexOf("@");
      if (at < 0) return readName(text, what);
      // The local part is one label: its dots are escaped (RFC 1035 §8).
      const local = text.slice(0, at).replace(/[.\\]/g, "\\$&");
      const parsed = parseName(`${local}.${text.slice(at + 1).replace(/\.?$/, ".")}`);
      if (parsed.ok && at > 0) return parsed.name;
      return `${what} must be like hostmaster.example.com. or user@example.com: found ${quote(text)}`;
    },
  };
}

/** A name that stands alone in a YAML file, in wire form; undefined if it is none, which is then reported. */
export function readAbsoluteName(
  text: string,
  what: string,
  place: Place,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  return report(absoluteNames(apex).readName(text, what), place, issues);
}

/** A mailbox that stands alone in a YAML file: `hostmaster.example.com.` or `user@example.com`. */
export function readMailbox(
  text: string,
  what: string,
  place: Place,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  return report(absoluteNames(apex).readMailbox(text, what), place, issues);
}

/** Whether the text of a name ends with a dot that is no escaped one. */
export function isAbsolute(text: string): boolean {
  const backslashes = /(\\*)\.$/.exec(text)?.[1];
  return backslashes !== undefined && backslashes.length % 2 === 0;
}

function report(
  read: Uint8Array | string,
  place: Place,
  issues: IssueList,
): Uint8Array | undefined {
  if (typeof read !== "string") return read;
  issues.error(place, read);
  return undefined;
}
