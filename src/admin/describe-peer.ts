import type { Peer } from "../control/peers.ts";
import type { PeerReport } from "./api.ts";
import { toIso, toIsoOrNull } from "./describe-override.ts";

/** What another name server was told and given, as it goes over the wire. */
export function describePeer({ address, notified, transferred }: Peer): PeerReport {
  return {
    address,
    notified: notified.map(({ zone, target, serial, state, rcode, at }) => ({
      zone,
      port: target.port,
      key: target.key ?? null,
      serial,
      state,
      rcode: rcode ?? null,
      at: toIsoOrNull(at),
    })),
    transferred: transferred.map(({ zone, kind, serial, key, isBroken, at }) => ({
      zone,
      kind,
      serial,
      key: key ?? null,
      broken: isBroken,
      at: toIso(at),
    })),
  };
}
