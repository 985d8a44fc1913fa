import { createFileIssue, type Issue } from "./issue.ts";
import { IssueList } from "./issue-list.ts";

const REPLACEMENT = "\ufffd";

/** The text of a file; or that it is none, and where that begins. */
export function decodeUtf8(octets: Uint8Array, file: string): string | Issue {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    const head = `${octets[0]} ${octets[1]}`;
    if (head === "255 254" || head === "254 255") {
      return createFileIssue(file, "error", "Not read: it is UTF-16 text: save it as UTF-8");
    }
    return pointAtFirstBad(octets, file);
  }
}

function pointAtFirstBad(octets: Uint8Array, file: string): Issue {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
  const { at, octet } = findFirstBad(octets, text);
  const issues = new IssueList(file, text);
  const found = `0x${octet.toString(16).padStart(2, "0")}`;
  issues.error(
    { start: at, end: at + 1 },
    `Not read: it is not UTF-8 text: found the octet ${found}; save it as UTF-8`,
  );
  return issues.list()[0]!;
}

/** The place in the text of the first octet that had to be replaced: not of a replacement character that is in the file. */
function findFirstBad(
  octets: Uint8Array,
  text: string,
): { readonly at: number; readonly octet: number } {
  let at = text.indexOf(REPLACEMENT);
  let octet = Buffer.byteLength(text.slice(0, at));
  while (octets[octet] === 0xef && octets[octet + 1] === 0xbf && octets[octet + 2] === 0xbd) {
    const next = text.indexOf(REPLACEMENT, at + 1);
    octet += Buffer.byteLength(text.slice(at, next));
    at = next;
  }
  return { at, octet: octets[octet] ?? 0 };
}
