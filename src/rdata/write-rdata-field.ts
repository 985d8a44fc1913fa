import { text } from "../config/decode.ts";
import { ttl } from "../config/duration.ts";
import type { IssueList } from "../config/issue-list.ts";
import { describeTree, quote, type Tree } from "../config/tree.ts";
import { decodeCharacters } from "./presentation.ts";
import type { RdataField } from "./rdata-fields.ts";
import { readAbsoluteName, readMailbox } from "./read-name.ts";
import { readSvcMapping } from "./read-svc-params.ts";
import { toOctets } from "./to-octets.ts";

/** The octets of one field, whether it stood alone in a mapping or among others in presentation format. */
export function writeRdataField(
  field: RdataField,
  tree: Tree,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const name = field.keys[0];
  switch (field.kind) {
    case "u8":
      return writeInteger(tree, name, 1, issues);
    case "u16":
      return writeInteger(tree, name, 2, issues);
    case "u32":
      return writeInteger(tree, name, 4, issues);
    case "time": {
      const seconds = ttl(tree, name, issues);
      return seconds === undefined ? undefined : toOctets(seconds, 4);
    }
    case "name": {
      const written = text(tree, name, issues);
      if (written === undefined) return undefined;
      return readAbsoluteName(written, name, tree.place, apex, issues);
    }
    case "mailbox": {
      const written = text(tree, name, issues);
      if (written === undefined) return undefined;
      return readMailbox(written, name, tree.place, apex, issues);
    }
    case "tag":
      return writeTag(tree, name, issues);
    case "text":
      return writeText(tree, name, issues);
    case "params":
      return readSvcMapping(tree, name, issues);
  }
}

function writeInteger(
  tree: Tree,
  name: string,
  size: number,
  issues: IssueList,
): Uint8Array | undefined {
  const most = 2 ** (8 * size) - 1;
  const written = tree.kind === "scalar" ? tree.source : "";
  if (/^(0|[1-9]\d{0,9})$/.test(written) && Number(written) <= most) {
    return toOctets(Number(written), size);
  }
  issues.error(
    tree.place,
    `${name} must be a whole number from 0 to ${most}: ${describeTree(tree)}`,
  );
  return undefined;
}

/** RFC 8659 §4.1: a length octet, then ASCII letters and digits. */
function writeTag(tree: Tree, name: string, issues: IssueList): Uint8Array | undefined {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  if (/^[a-z0-9]{1,15}$/i.test(written)) {
    return Uint8Array.from([written.length, ...Buffer.from(written.toLowerCase(), "latin1")]);
  }
  issues.error(
    tree.place,
    `${name} must be 1 to 15 letters and digits, like issue, issuewild or iodef: found ${quote(written)}`,
  );
  return undefined;
}

function writeText(tree: Tree, name: string, issues: IssueList): Uint8Array | undefined {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const octets = decodeCharacters(written);
  if (octets !== undefined) return octets;
  issues.error(tree.place, `${name} holds a broken escape: \\DDD takes three digits, 000 to 255`);
  return undefined;
}
