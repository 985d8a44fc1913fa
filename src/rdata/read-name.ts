import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import { formatName, parseName } from "../wire/name.ts";

/**
 * A name inside of rdata, in wire form. It must be absolute: whether `mail` means mail.example.com. or mail. is answered
 * differently by every tool that reads such files.
 */
export function readAbsoluteName(
  text: string,
  what: string,
  place: Place,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const parsed = parseName(text);
  if (!parsed.ok) {
    issues.error(place, `${what} is no name: ${parsed.error}`);
    return undefined;
  }
  if (text === "" || text === "@") {
    issues.error(
      place,
      `${what} must be a name: found ${quote(text)}; the apex is ${quote(formatName(apex))}`,
    );
    return undefined;
  }
  if (isAbsolute(text)) return parsed.name;
  const zone = formatName(apex);
  const relative = zone === "." ? `${text}.` : `${text}.${zone}`;
  const [first, second] = text.includes(".") ? [`${text}.`, relative] : [relative, `${text}.`];
  issues.error(
    place,
    `${what} must be absolute, with a dot at the end: found ${quote(text)}; write ${quote(first)} or ${quote(second)}`,
  );
  return undefined;
}

/** Whether the text of a name ends with a dot that is no escaped one. */
export function isAbsolute(text: string): boolean {
  const backslashes = /(\\*)\.$/.exec(text)?.[1];
  return backslashes !== undefined && backslashes.length % 2 === 0;
}

/** The mailbox of an SOA, in wire form: `hostmaster.example.com.` or `user@example.com`. */
export function readMailbox(
  text: string,
  what: string,
  place: Place,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const at = text.indexOf("@");
  if (at < 0) return readAbsoluteName(text, what, place, apex, issues);
  // The local part is one label: its dots are escaped (RFC 1035 §8).
  const local = text.slice(0, at).replace(/[.\\]/g, "\\$&");
  const parsed = parseName(`${local}.${text.slice(at + 1).replace(/\.?$/, ".")}`);
  if (parsed.ok && at > 0) return parsed.name;
  issues.error(
    place,
    `${what} must be like hostmaster.example.com. or user@example.com: found ${quote(text)}`,
  );
  return undefined;
}
