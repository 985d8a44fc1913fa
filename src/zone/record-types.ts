import type { Located } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import { findNearest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import {
  formatType,
  listTypes,
  parseType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_SVCB,
  TYPE_TXT,
} from "../wire/rr-types.ts";

const SUPPORTED: ReadonlySet<number> = new Set([
  TYPE_A,
  TYPE_AAAA,
  TYPE_CAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_SVCB,
  TYPE_TXT,
]);

/** Mnemonics of what is asked for, or travels with a message, and is never a record of a zone (RFC 6895 §3.1). */
const META: ReadonlySet<string> = new Set(
  "OPT TKEY TSIG IXFR AXFR MAILB MAILA ANY NXNAME".split(" "),
);

/** The types of a record: one, or A and AAAA together. Undefined if one is none, which is then reported. */
export function readRecordTypes(
  written: readonly Located<string>[],
  issues: IssueList,
): number[] | undefined {
  const types: number[] = [];
  for (const { value, place } of written) {
    const type = parseType(value);
    if (type === undefined || META.has(formatType(type))) {
      issues.error(place, explainUnknownType(value, type));
      return undefined;
    }
    if (!SUPPORTED.has(type)) {
      const supported = [...SUPPORTED].map(formatType).join(", ");
      issues.error(place, `${formatType(type)} records are not supported yet: ${supported} are`);
      return undefined;
    }
    if (types.includes(type)) {
      issues.error(place, `the type ${formatType(type)} is in the list twice`);
      return undefined;
    }
    types.push(type);
  }
  const other = types.find((type) => type !== TYPE_A && type !== TYPE_AAAA);
  if (types.length > 1 && other !== undefined) {
    const place = written[types.indexOf(other)]?.place ?? { start: 0, end: 1 };
    issues.error(
      place,
      `a list of types may hold A and AAAA only, whose values can be told apart: found ${formatType(other)}`,
    );
    return undefined;
  }
  return types;
}

function explainUnknownType(value: string, type: number | undefined): string {
  if (type !== undefined) return `${quote(value)} is no type of a record`;
  // octoDNS and others have it; it exists in no answer.
  if (value.toUpperCase() === "ALIAS") return "ALIAS records are not supported: write A and AAAA";
  const near = findNearest(value, listTypes());
  const hint = near === undefined ? "" : `; did you mean ${quote(near)}?`;
  return `${quote(value)} is no record type${hint}`;
}
