import { MAX_LABEL, MAX_NAME } from "../../wire/name.ts";
import { hashLabel } from "../../wire/name-key.ts";
import { hashName } from "./name-table.ts";

/** Why a text is no name; lengths of names are above. */
export const NAME_PROBLEM = {
  emptyLabel: -1,
  longLabel: -2,
  longName: -3,
  badEscape: -4,
} as const;

const AT = 0x40;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

const LOWER = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);
const SAME = Uint8Array.from({ length: 256 }, (_, octet) => octet);

/**
 * Reads names from the octets of a master file into a buffer of its own (RFC 1035 §5.1): `@`, names relative to an
 * origin, `\.` and `\DDD`. Octets above 126 are taken as they are.
 */
export class NameReader {
  /** The name read last, in wire form. */
  readonly name: Uint8Array = new Uint8Array(MAX_NAME + 1);
  /** Whether the name read last ended with a dot. */
  isAbsolute = false;
  /** Whether the name read last holds octets that are not ASCII, written as they are. */
  isForeign = false;
  /** Where the labels of the name read last start, those of the origin left out. */
  readonly #starts = new Uint8Array(129);
  #labels = 0;

  /**
   * Reads an owner name, in lower case.
   *
   * @param origin in wire form, lower case
   * @returns its length, or a NAME_PROBLEM
   */
  readOwner(octets: Uint8Array, start: number, stop: number, origin: Uint8Array): number {
    return this.#read(octets, start, stop, origin, LOWER);
  }

  /** Reads a name of some rdata, in the case it is written in. */
  readTarget(octets: Uint8Array, start: number, stop: number, origin: Uint8Array): number {
    return this.#read(octets, start, stop, origin, SAME);
  }

  /** The hash of the owner read last, if it is relative to an origin of this hash; see `hashName()`. */
  hash(originHash: number): number {
    if (this.isAbsolute) return hashName(this.name, 0);
    const starts = this.#starts;
    let hash = originHash;
    for (let i = this.#labels; i-- > 0; ) {
      hash = hashLabel(hash, this.name, starts[i]!, starts[i + 1]!);
    }
    return hash;
  }

  #read(
    octets: Uint8Array,
    start: number,
    stop: number,
    origin: Uint8Array,
    fold: Uint8Array,
  ): number {
    const { name } = this;
    const starts = this.#starts;
    this.isAbsolute = false;
    this.isForeign = false;
    this.#labels = 0;
    starts[0] = 0;
    if (stop - start === 1) {
      if (octets[start] === AT) return this.#append(origin, 0);
      if (octets[start] === DOT) {
        this.isAbsolute = true;
        name[0] = 0;
        return 1;
      }
    }
    if (start === stop) return NAME_PROBLEM.emptyLabel;
    let labels = 0;
    // Where the length octet of the open label stands, and where the next octet goes.
    let label = 0;
    let to = 1;
    for (let at = start; at < stop; at++) {
      let octet = octets[at]!;
      if (octet === DOT) {
        const size = to - label - 1;
        if (size === 0) return NAME_PROBLEM.emptyLabel;
        if (size > MAX_LABEL) return NAME_PROBLEM.longLabel;
        name[label] = size;
        label = to;
        starts[++labels] = to;
        if (at + 1 === stop) {
          this.isAbsolute = true;
          this.#labels = labels;
          name[to] = 0;
          return to + 1 > MAX_NAME ? NAME_PROBLEM.longName : to + 1;
        }
        to += 1;
        if (to > MAX_NAME) return NAME_PROBLEM.longName;
        continue;
      }
      if (octet > 0x7e) this.isForeign = true;
      else if (octet === BACKSLASH) {
        octet = readEscape(octets, at, stop);
        if (octet < 0) return NAME_PROBLEM.badEscape;
        at += isDigit(octets[at + 1]!) ? 3 : 1;
      }
      if (to >= MAX_NAME) {
        return to - label - 1 > MAX_LABEL ? NAME_PROBLEM.longLabel : NAME_PROBLEM.longName;
      }
      name[to++] = fold[octet]!;
    }
    const size = to - label - 1;
    if (size > MAX_LABEL) return NAME_PROBLEM.longLabel;
    name[label] = size;
    starts[++labels] = to;
    this.#labels = labels;
    return this.#append(origin, to);
  }

  #append(origin: Uint8Array, at: number): number {
    const length = at + origin.length;
    if (length > MAX_NAME) return NAME_PROBLEM.longName;
    for (let i = 0; i < origin.length; i++) this.name[at + i] = origin[i]!;
    return length;
  }
}

/** The octet that the escape at `at` stands for (`\X` or `\DDD`), or -1. */
export function readEscape(octets: Uint8Array, at: number, stop: number): number {
  if (at + 1 >= stop) return -1;
  const next = octets[at + 1]!;
  if (!isDigit(next)) return next;
  if (at + 3 >= stop) return -1;
  const tens = octets[at + 2]!;
  const units = octets[at + 3]!;
  if (!isDigit(tens) || !isDigit(units)) return -1;
  const value = (next - ZERO) * 100 + (tens - ZERO) * 10 + (units - ZERO);
  return value <= 255 ? value : -1;
}

function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= ZERO + 9;
}

/** What is wrong, for a message. */
export function explainNameProblem(problem: number): string {
  switch (problem) {
    case NAME_PROBLEM.emptyLabel:
      return "it has an empty label: two dots in a row, or a dot at the start";
    case NAME_PROBLEM.longLabel:
      return `a label of it is longer than ${MAX_LABEL} octets (RFC 1035 §2.3.4)`;
    case NAME_PROBLEM.longName:
      return `with its origin it is longer than ${MAX_NAME} octets in wire form (RFC 1035 §2.3.4)`;
    default:
      return "it holds a broken escape: \\DDD takes three digits, 000 to 255";
  }
}
