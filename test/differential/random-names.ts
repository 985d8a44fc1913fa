/** Names that meet each other often, and some that are odd. All in presentation form, absolute. */
import type { Random } from "../support/random.ts";

const COMMON = ["a", "b", "c", "d", "e", "www", "mail", "ns1", "ns2", "x", "_tcp", "_sip", "0"];
const ODD = [
  "WwW",
  "xn--bcher-kva",
  "a\\.b",
  "\\000",
  "\\255\\254",
  "sp\\032ace",
  "\\034quote\\059",
  "\\064",
  "\\036\\040\\041",
  "\\009\\127\\128",
  "A\\196z",
  "back\\\\slash",
  "-",
  "under_score",
  "L".repeat(63),
  "m".repeat(63),
];

/** One that any configuration file takes. */
export function randomPlainLabel(random: Random): string {
  return random.pick(COMMON);
}

export function randomLabel(random: Random): string {
  return random.below(12) === 0 ? random.pick(ODD) : random.pick(COMMON);
}

/** `name` with a few labels in front. */
export function randomBelow(random: Random, name: string): string {
  let longer = name;
  for (let labels = 1 + random.below(3); labels > 0; labels--) {
    longer = prepend(random.below(9) === 0 ? "*" : randomLabel(random), longer);
  }
  return longer;
}

/** A name near the limit of 255 octets. */
export function randomLong(random: Random, name: string): string {
  let longer = name;
  while (octetsOf(longer) < 180) longer = prepend("l".repeat(20 + random.below(44)), longer);
  const room = 255 - octetsOf(longer) - 1;
  return room > 0 ? prepend("z".repeat(Math.min(63, 1 + random.below(room))), longer) : longer;
}

/** Unchanged if the name would be too long. */
export function prepend(label: string, name: string): string {
  const longer = name === "." ? `${label}.` : `${label}.${name}`;
  return octetsOf(longer) <= 255 ? longer : name;
}

/** Labels in presentation form, without the root. */
export function labelsOf(name: string): string[] {
  return name.match(/(?:\\\d{3}|\\\D|[^.\\])+/g) ?? [];
}

/** Octets in wire form. */
export function octetsOf(name: string): number {
  return labelsOf(name).reduce((octets, label) => octets + 1 + labelOctets(label), 1);
}

/** Whether `name` is `ancestor` or below it; both in the same spelling. */
export function isBelow(name: string, ancestor: string): boolean {
  const own = labelsOf(name.toLowerCase());
  const above = labelsOf(ancestor.toLowerCase());
  return above.every((label, i) => own[own.length - above.length + i] === label);
}

function labelOctets(label: string): number {
  return label.replace(/\\(\d{3}|\D)/g, "x").length;
}
