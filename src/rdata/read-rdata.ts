import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { suggest } from "../config/suggest.ts";
import { describeTree, quote, type Tree } from "../config/tree.ts";
import {
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_HTTPS,
  TYPE_SVCB,
  TYPE_TXT,
} from "../wire/rr-types.ts";
import { checkGenericRdata } from "./check-generic-rdata.ts";
import { parseGenericRdata, splitFields } from "./presentation.ts";
import { RDATA_FIELDS, type RdataField } from "./rdata-fields.ts";
import { readSvcWords, splitWords } from "./read-svc-params.ts";
import { readTxt } from "./read-txt.ts";
import { writeRdataField } from "./write-rdata-field.ts";

/**
 * Reads the rdata of one record, structured as octoDNS spells it or in presentation format, RFC 3597's included.
 *
 * @returns wire rdata, names uncompressed; undefined if something is wrong, which is then reported
 */
export function readRdata(
  type: number,
  tree: Tree,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const text = tree.kind === "scalar" && typeof tree.value === "string" ? tree.value : undefined;
  const generic = text === undefined ? undefined : parseGenericRdata(text);
  if (generic !== undefined) {
    const problem = typeof generic === "string" ? generic : checkGenericRdata(type, generic);
    if (typeof generic !== "string" && problem === undefined) return generic;
    issues.error(tree.place, `bad rdata of ${formatType(type)}: ${problem}`);
    return undefined;
  }
  if (type === TYPE_A || type === TYPE_AAAA) return readAddress(type, tree, issues);
  if (type === TYPE_TXT) return readTxt(tree, issues);
  const fields = RDATA_FIELDS.get(type) ?? [];
  if (tree.kind === "mapping") {
    const octets = readStructured(type, fields, tree, apex, issues);
    return octets && checkMeaning(type, octets, tree.place, issues);
  }
  if (text !== undefined) {
    const octets = readPresentation(type, fields, text, tree.place, apex, issues);
    return octets && checkMeaning(type, octets, tree.place, issues);
  }
  const structure = fields.length > 1 ? ` or a mapping with ${fieldKeys(fields)}` : "";
  issues.error(
    tree.place,
    `a value of ${formatType(type)} must be text like ${quote(EXAMPLES.get(formatType(type)) ?? "")}${structure}: ${describeTree(tree)}`,
  );
  return undefined;
}

/** What only the fields together can be wrong about. */
function checkMeaning(
  type: number,
  octets: Uint8Array,
  place: Place,
  issues: IssueList,
): Uint8Array | undefined {
  if (type !== TYPE_HTTPS && type !== TYPE_SVCB) return octets;
  const problem = checkGenericRdata(type, octets);
  if (problem === undefined) return octets;
  issues.error(place, `a value of ${formatType(type)}: ${problem}`);
  return undefined;
}

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ["NS", "ns1.example.com."],
  ["CNAME", "www.example.com."],
  ["PTR", "www.example.com."],
  ["MX", "10 mail.example.com."],
  ["SRV", "10 5 443 www.example.com."],
  ["CAA", '0 issue "ca.example.net"'],
  ["HTTPS", "1 . alpn=h2,h3 port=8443"],
  ["SVCB", "1 svc.example.com. alpn=dot port=853"],
  ["SOA", "ns1.example.com. hostmaster.example.com. 1 7200 1800 1209600 60"],
]);

function readAddress(type: number, tree: Tree, issues: IssueList): Uint8Array | undefined {
  const family = type === TYPE_A ? 4 : 6;
  if (tree.kind !== "scalar" || typeof tree.value !== "string") {
    issues.error(
      tree.place,
      `a value of ${formatType(type)} must be an IPv${family} address: ${describeTree(tree)}`,
    );
    return undefined;
  }
  const address = parseAddress(tree.value);
  if (address === undefined) {
    issues.error(tree.place, explainBadAddress(tree.value));
    return undefined;
  }
  if (address.family === family) return address.octets;
  issues.error(
    tree.place,
    `${formatAddress(address)} is an IPv${address.family} address: ${formatType(type)} records hold IPv${family}; for both, write type: [A, AAAA]`,
  );
  return undefined;
}

function readStructured(
  type: number,
  fields: readonly RdataField[],
  tree: Tree & { kind: "mapping" },
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const errors = issues.errors;
  const what = `a value of ${formatType(type)}`;
  const known = fields.flatMap(({ keys }) => keys);
  for (const { key, keyPlace } of tree.entries) {
    if (known.includes(key)) continue;
    const hint = suggest(key, known);
    issues.error(
      keyPlace,
      `unknown key ${quote(key)} in ${what}${hint === "" ? `; allowed: ${fieldKeys(fields)}` : hint}`,
    );
  }
  const parts = fields.map((field) => {
    const entry = tree.entries.find(({ key }) => field.keys.includes(key));
    if (entry !== undefined) return writeRdataField(field, entry.value, apex, issues);
    if (field.absent !== undefined) return Uint8Array.from(field.absent);
    issues.error(
      { start: tree.place.start, end: tree.place.start + 1 },
      `${what} needs the key ${quote(field.keys[0])}`,
    );
    return undefined;
  });
  return issues.errors > errors ? undefined : join(parts);
}

function readPresentation(
  type: number,
  fields: readonly RdataField[],
  text: string,
  place: Place,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const errors = issues.errors;
  const isService = fields.at(-1)?.kind === "params";
  const written = isService ? splitWords(text) : splitFields(text)?.map((field) => field.text);
  const own = isService ? fields.slice(0, -1) : fields;
  if (written === undefined || (isService ? written.length < 2 : written.length !== own.length)) {
    const found = written === undefined ? "a quote left open" : `${written.length} fields`;
    issues.error(
      place,
      `a value of ${formatType(type)} must be like ${quote(EXAMPLES.get(formatType(type)) ?? "")}: found ${found} in ${quote(text)}`,
    );
    return undefined;
  }
  const parts = own.map((field, i) => {
    const value = written[i] ?? "";
    const tree: Tree = { kind: "scalar", value, source: value, place };
    return writeRdataField(field, tree, apex, issues);
  });
  if (isService) parts.push(readSvcWords(written.slice(own.length), place, issues));
  return issues.errors > errors ? undefined : join(parts);
}

function fieldKeys(fields: readonly RdataField[]): string {
  return fields.map(({ keys }) => keys[0]).join(", ");
}

function join(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(part ?? [])]));
}
