import { TYPES } from "../support/packet.ts";
import { canonicalName } from "./canonical-name.ts";
import type { RandomZone } from "./random-world.ts";

/** The first label of a canonical name, with its dot. */
const FIRST_LABEL = /^(?:[^.\\]|\\\d{3}|\\.)+\./;

/**
 * Whether an address record, as an `Outcome` has it, may stand in an additional section: one of the zones holds it, or it is
 * synthesised from a wildcard there (RFC 4592 §3.3.1).
 */
export function recordsOf(zones: readonly RandomZone[]): (line: string) => boolean {
  const each = zones.map(recordsOfOne);
  return (line) => each.some((isRecord) => isRecord(line));
}

function recordsOfOne({ records }: RandomZone): (line: string) => boolean {
  const lines = new Set<string>();
  const names = new Set<string>();
  for (const { owner, ttl, type, rdata } of records) {
    const name = canonicalName(owner);
    for (let one = name; one !== "" && one !== "."; one = one.replace(FIRST_LABEL, "")) {
      names.add(one);
    }
    if (type !== "A" && type !== "AAAA") continue;
    lines.add(`${name} ${ttl} 1 TYPE${TYPES[type]} ${type === "A" ? rdata : shortest(rdata)}`);
  }
  return (line) => {
    if (lines.has(line)) return true;
    const end = line.indexOf(" ");
    let encloser = line.slice(0, end);
    if (names.has(encloser)) return false;
    while (encloser !== "" && !names.has(encloser)) encloser = encloser.replace(FIRST_LABEL, "");
    return lines.has(`*.${encloser}${line.slice(end)}`);
  };
}

/** RFC 5952 by way of the URL parser. */
function shortest(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
