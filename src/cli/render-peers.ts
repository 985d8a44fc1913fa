import type { PeerReport } from "../admin/api.ts";
import { formatAge } from "./format-clock.ts";
import { renderTable } from "./render-table.ts";

type Notified = PeerReport["notified"][number];

/** Zones that a line has room for. */
const MOST_NAMES = 3;

/** A line for each name server that is told of zones, or takes them; for a terminal. */
export function renderPeers(peers: readonly PeerReport[], now: string): string {
  return renderTable(
    peers.map((peer) => [
      peer.address,
      describeNotified(peer.notified),
      describeLast(peer.transferred, now),
    ]),
    "  ",
  );
}

function describeNotified(notified: readonly Notified[]): string {
  if (notified.length === 0) return "";
  const well = notified.filter(({ state }) => state === "answered");
  const zones = notified.length === 1 ? "zone" : "zones";
  const refused = inState(notified, "refused");
  const rcodes = [...new Set(refused.map(({ rcode }) => rcode))].join(", ");
  return [
    `told of ${well.length} of ${notified.length} ${zones}`,
    ...listNames("waiting for", inState(notified, "pending")),
    ...listNames(`REFUSES (RCODE ${rcodes})`, refused),
    ...listNames("NO ANSWER for", inState(notified, "unanswered")),
    ...listNames("NO KEY for", inState(notified, "unsent")),
  ].join(", ");
}

function inState(notified: readonly Notified[], state: Notified["state"]): readonly Notified[] {
  return notified.filter((one) => one.state === state);
}

function listNames(what: string, zones: readonly Notified[]): string[] {
  if (zones.length === 0) return [];
  const names = zones.slice(0, MOST_NAMES).map(({ zone, serial }) => `${zone} ${serial}`);
  const more = zones.length > MOST_NAMES ? ` and ${zones.length - MOST_NAMES} more` : "";
  return [`${what} ${names.join(", ")}${more}`];
}

function describeLast(transferred: PeerReport["transferred"], now: string): string {
  const last = transferred.at(-1);
  if (last === undefined) return "";
  const { zone, kind, serial, broken, at } = last;
  const what = `${zone} ${serial} ${kind === "whole" ? "whole" : "as changes"}`;
  const age = formatAge(Date.parse(now) - Date.parse(at));
  return `${broken ? "BROKE OFF" : "took"} ${what} ${age} ago`;
}
