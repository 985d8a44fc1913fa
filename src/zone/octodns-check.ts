import type { Located } from "../config/decode.ts";
import type { OctodnsSettings } from "../config/octodns-schema.ts";
import type { CheckReferences, CheckSettings } from "../config/zone-settings.ts";
import { formatName } from "../wire/name.ts";
import type { Name } from "./model.ts";

/** The check that octoDNS keeps beside a record, with octoDNS's own defaults; undefined if there is none. */
export function mapOctodnsCheck(
  octodns: OctodnsSettings | undefined,
  owner: Name,
): CheckReferences | undefined {
  const written = octodns?.healthcheck;
  if (written === undefined) return undefined;
  const { place } = written;
  const { protocol, port, host, path } = written.value;
  const located = <T>(value: T): Located<T> => ({ value, place });
  const isTcp = protocol?.value === "TCP";
  const settings: CheckSettings = {
    protocol: protocol ?? located("HTTPS"),
    port: port ?? located(443),
    host: isTcp ? undefined : (host ?? located(formatName(owner).slice(0, -1))),
    path: isTcp ? undefined : (path ?? located("/_dns")),
    method: undefined,
    headers: undefined,
    expect: undefined,
    body: undefined,
    tls: undefined,
    profile: undefined,
    interval: undefined,
    timeout: undefined,
    fast: undefined,
    rise: undefined,
    fall: undefined,
  };
  return [{ value: { kind: "inline", settings }, place }];
}
