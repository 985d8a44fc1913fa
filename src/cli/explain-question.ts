import type { Prefix } from "../address/address.ts";
import { explainBadAddress, parseAddress } from "../address/parse.ts";
import { findNearest } from "../config/suggest.ts";
import { parseName } from "../wire/name.ts";
import { listTypes, parseType, TYPE_A, TYPE_ANY, TYPE_OPT } from "../wire/rr-types.ts";
import { type Assumption, parseAssumption } from "./assume.ts";
import type { Question } from "./explanation.ts";

/** A question as it is written on a command line or in a URL. */
export interface WrittenQuestion {
  readonly name: string;
  /** A if left out. */
  readonly type: string | undefined;
  /** An address, or an address and how much of it is known. */
  readonly client: string;
  /** The client itself if left out. */
  readonly resolver: string | undefined;
  readonly assume: readonly string[];
}

export interface ParsedQuestion extends Question {
  readonly assumptions: readonly Assumption[];
}

/** Reads a question; a string says what is wrong with it. */
export function parseQuestion(written: WrittenQuestion): ParsedQuestion | string {
  const name = parseName(written.name);
  if (!name.ok) return name.error;
  const type = written.type === undefined ? TYPE_A : parseType(written.type);
  if (type === undefined) return explainBadType(written.type ?? "");
  if (isMeta(type)) return `${written.type} is not a type that a name can have`;
  const client = parseClient(written.client);
  if (typeof client === "string") return `client: ${client}`;
  const resolver = written.resolver === undefined ? client.address : parseAddress(written.resolver);
  if (resolver === undefined) return `resolver: ${explainBadAddress(written.resolver ?? "")}`;
  const assumptions = written.assume.map(parseAssumption);
  const bad = assumptions.find((assumption) => typeof assumption === "string");
  if (bad !== undefined) return bad;
  return {
    name: name.name,
    type,
    client,
    resolver,
    assumptions: assumptions as Assumption[],
  };
}

/** An address, or an address and how much of it is known; bits beyond are ignored, as a resolver clears them. */
function parseClient(text: string): Prefix | string {
  const [host = "", lengthText, extra] = text.split("/");
  const address = parseAddress(host);
  if (address === undefined) return explainBadAddress(host);
  const bits = address.octets.length * 8;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (
    extra !== undefined ||
    (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText)) ||
    length > bits
  ) {
    return `${text} is not a prefix: the length must be 0 to ${bits}`;
  }
  const octets = address.octets.map((octet, i) => {
    const kept = Math.min(8, Math.max(0, length - 8 * i));
    return octet & (0xff00 >> kept);
  });
  return { address: { family: address.family, octets }, length };
}

/** Types 128 to 255 are about the query, not the name (RFC 6895 §3.1); ANY asks for what there is. */
function isMeta(type: number): boolean {
  return type === TYPE_OPT || (type >= 128 && type < TYPE_ANY);
}

function explainBadType(text: string): string {
  const nearest = findNearest(text, listTypes());
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `${JSON.stringify(text)} is not a type of record${hint}`;
}
