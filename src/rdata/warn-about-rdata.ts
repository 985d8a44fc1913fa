import { TYPE_HTTPS, TYPE_SVCB } from "../wire/rr-types.ts";
import { endOfName } from "./name-codecs.ts";

/** What readers of well-formed rdata will make less of than its author may think; undefined if nothing. */
export function warnAboutRdata(type: number, octets: Uint8Array): string | undefined {
  if (type !== TYPE_HTTPS && type !== TYPE_SVCB) return undefined;
  const isAlias = octets[0] === 0 && octets[1] === 0;
  return isAlias && endOfName(octets, 2) !== octets.length
    ? "priority 0 makes an alias, whose parameters every client ignores (RFC 9460 §2.4.2)"
    : undefined;
}
