import type { Address } from "../address/address.ts";
import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import { text } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import { quote, type Tree } from "../config/tree.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { readRdata } from "../rdata/read-rdata.ts";
import { TYPE_A, TYPE_AAAA, TYPE_CNAME } from "../wire/rr-types.ts";
import type { Name } from "./model.ts";

/** What the values of a pool are: IP addresses, for A and AAAA records alike, or rdata of one other type. */
export type ValueKind = "address" | number;

export interface ReadValue {
  /** Presentation form. */
  readonly text: string;
  readonly type: number;
  readonly rdata: Uint8Array;
  readonly address: Address | undefined;
}

/** What kind of values the records of some types need. */
export function kindOf(types: readonly number[]): ValueKind {
  const [type = TYPE_A] = types;
  return type === TYPE_A || type === TYPE_AAAA ? "address" : type;
}

/** Reads one value of a pool; undefined if something is wrong, which is then reported. */
export function readPoolValue(
  tree: Tree,
  kind: ValueKind,
  apex: Name,
  issues: IssueList,
): ReadValue | undefined {
  if (kind === "address") return readAddressValue(tree, issues);
  const written = tree.kind === "scalar" && typeof tree.value === "string" ? tree.value : "";
  if (kind === TYPE_CNAME && parseAddress(written) !== undefined) {
    issues.error(
      tree.place,
      `${written} is an address, and a value of CNAME is a name: for addresses, write type: [A, AAAA]`,
    );
    return undefined;
  }
  const rdata = readRdata(kind, tree, apex, issues);
  if (rdata === undefined) return undefined;
  return { text: formatRdata(kind, rdata), type: kind, rdata, address: undefined };
}

function readAddressValue(tree: Tree, issues: IssueList): ReadValue | undefined {
  const written = text(tree, "value", issues);
  if (written === undefined) return undefined;
  const address = parseAddress(written);
  if (address !== undefined) {
    const type = address.family === 4 ? TYPE_A : TYPE_AAAA;
    return { text: formatAddress(address), type, rdata: address.octets, address };
  }
  const isName = /[g-z_]/i.test(written) && !/[:/\s]/.test(written);
  issues.error(
    tree.place,
    isName
      ? `${quote(written)} is a name, and the values of A and AAAA records are IP addresses: for names, write type: CNAME`
      : explainBadAddress(written),
  );
  return undefined;
}
