import { normalizeAddress } from "../address/embedded.ts";
import { parseAddress } from "../address/parse.ts";

/** Where an address lies, as strings that are equal for equal places. */
export interface NetworkPlace {
  readonly host: string;
  /** The /24 of an IPv4 address, the /64 of an IPv6 address. */
  readonly subnet: string;
}

/** The place of an address in presentation form; what is not an address is a place of its own. */
export function findNetworkPlace(text: string): NetworkPlace {
  const parsed = parseAddress(text);
  if (parsed === undefined) return { host: text, subnet: text };
  const { family, octets } = normalizeAddress(parsed);
  const hex = Buffer.from(octets).toString("hex");
  return { host: hex, subnet: hex.slice(0, family === 4 ? 6 : 16) };
}
