import { TYPES } from "../support/packet.ts";
import { canonicalName } from "./canonical-name.ts";
import type { RandomZone } from "./random-world.ts";

/** The address records of zones as an `Outcome` has them: what may stand in an additional section. */
export function knownLines(zones: readonly RandomZone[]): Set<string> {
  const records = zones.flatMap((zone) => zone.records);
  const addresses = records.filter(({ type }) => type === "A" || type === "AAAA");
  return new Set(
    addresses.map(({ owner, ttl, type, rdata }) => {
      const address = type === "A" ? rdata : shortest(rdata);
      return `${canonicalName(owner)} ${ttl} 1 TYPE${TYPES[type]} ${address}`;
    }),
  );
}

/** RFC 5952 by way of the URL parser. */
function shortest(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
