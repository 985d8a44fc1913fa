/**
 * How operators say which values they mean: `dc=fra`, `pool=eu`, `zone=example.com`, a value or a prefix of addresses,
 * with `*` and `?`, and with a comma for "and".
 */
import type { Prefix } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { formatAddress, parseAddress, parsePrefix } from "../address/parse.ts";
import { formatName } from "../wire/name.ts";
import type { Pool, PoolValue, Zone } from "../zone/model.ts";
import { matchGlob } from "./match-glob.ts";

export interface Selector {
  /** As written, without blanks. */
  readonly text: string;
  matches(zone: Zone, pool: Pool, value: PoolValue): boolean;
}

type Term = Selector["matches"];

const MAX_LENGTH = 300;
const KEYS = ["dc", "pool", "zone", "value"] as const;

/** Reads a selector; a string says what is wrong with it, in one line. */
export function parseSelector(written: string): Selector | string {
  const text = written.replace(/\s+/g, "");
  if (text === "")
    return "a selector is missing: dc=fra, pool=eu, zone=example.com or 198.51.100.10";
  if (text.length > MAX_LENGTH) return `a selector has at most ${MAX_LENGTH} characters`;
  const terms: Term[] = [];
  for (const part of text.split(",")) {
    const term = parseTerm(part);
    if (typeof term === "string") return term;
    terms.push(term);
  }
  return {
    text,
    matches: (zone, pool, value) => terms.every((fits) => fits(zone, pool, value)),
  };
}

function parseTerm(part: string): Term | string {
  const equals = part.indexOf("=");
  const pattern = part.slice(equals + 1);
  if (pattern === "") return `${JSON.stringify(part)}: nothing is selected by nothing`;
  const key = equals < 0 ? "value" : part.slice(0, equals).toLowerCase();
  switch (key) {
    case "dc":
      return (_, __, { datacenter }) => datacenter !== undefined && matchGlob(pattern, datacenter);
    case "pool":
      return (_, { name }) => matchGlob(pattern, name);
    case "zone":
      return zoneTerm(pattern.endsWith(".") || pattern.endsWith("*") ? pattern : `${pattern}.`);
    case "value":
      return valueTerm(pattern);
    default:
      return `${JSON.stringify(part)}: what can be selected is ${KEYS.map((one) => `${one}=`).join(", ")} or a value`;
  }
}

function zoneTerm(pattern: string): Term {
  const known = new WeakMap<Zone, boolean>();
  return (zone) => {
    let fits = known.get(zone);
    if (fits === undefined) {
      fits = matchGlob(pattern, formatName(zone.apex));
      known.set(zone, fits);
    }
    return fits;
  };
}

/** Addresses match in whatever form they are written. */
function valueTerm(pattern: string): Term {
  const prefix = pattern.includes("/") ? parsePrefix(pattern) : undefined;
  if (prefix !== undefined) return (_, __, { text }) => liesIn(prefix, text);
  const address = parseAddress(pattern);
  const wanted = address === undefined ? pattern : formatAddress(address);
  return (_, __, { text }) => matchGlob(wanted, text) || matchGlob(`${wanted}.`, text);
}

function liesIn(prefix: Prefix, text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && contains(prefix, address);
}
