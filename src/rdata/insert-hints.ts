import { concat } from "./concat.ts";
import { endOfName } from "./name-codecs.ts";
import { KEY_IPV4HINT, KEY_IPV6HINT, type SvcParam, splitSvcParams } from "./svc-params.ts";
import { toOctets } from "./to-octets.ts";

/**
 * Rdata of SVCB or HTTPS with address hints (RFC 9460 §7.3); without an address, without the parameter.
 *
 * @param rdata without the parameters that are inserted
 * @param ipv4 addresses of 4 octets
 * @param ipv6 addresses of 16 octets
 */
export function insertHints(
  rdata: Uint8Array,
  ipv4: readonly Uint8Array[],
  ipv6: readonly Uint8Array[],
): Uint8Array {
  const start = endOfName(rdata, 2) ?? rdata.length;
  const hints: SvcParam[] = [
    { key: KEY_IPV4HINT, value: concat(ipv4) },
    { key: KEY_IPV6HINT, value: concat(ipv6) },
  ].filter(({ value }) => value.length > 0);
  const params = [...(splitSvcParams(rdata.subarray(start)) ?? []), ...hints];
  // Ascending keys (RFC 9460 §2.2).
  params.sort((a, b) => a.key - b.key);
  return concat([
    rdata.subarray(0, start),
    ...params.flatMap(({ key, value }) => [toOctets(key, 2), toOctets(value.length, 2), value]),
  ]);
}
