import type { Located } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import { findNearest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import {
  formatType,
  isDataType,
  listTypes,
  parseType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_ALIAS,
} from "../wire/rr-types.ts";

/** The types of a record: one, or A and AAAA together. Undefined if one is none, which is then reported. */
export function readRecordTypes(
  written: readonly Located<string>[],
  issues: IssueList,
): number[] | undefined {
  const types: number[] = [];
  for (const { value, place } of written) {
    const type = parseType(value);
    if (type === undefined || !(isDataType(type) || type === TYPE_ALIAS)) {
      issues.error(place, explainUnknownType(value, type));
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
  if (type !== undefined) {
    return `${quote(value)} is no type of a record: it is asked for, or part of a message (RFC 6895 §3.1)`;
  }
  // octoDNS's name for a redirect, which a few providers' web servers give.
  if (value.toUpperCase() === "URLFWD") return '"URLFWD" is no record type: DNS has no redirects';
  const near = findNearest(value, listTypes());
  const hint = near === undefined ? "" : `; did you mean ${quote(near)}?`;
  return `${quote(value)} is no record type${hint}`;
}
