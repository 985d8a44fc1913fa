import { formatSocketAddress } from "./config/socket-address.ts";
import type { GeoSource } from "./geo/geo-table.ts";
import type { LoadedZone } from "./loader/resolve-zones.ts";
import type { ServedAddress, Server } from "./server/start-server.ts";

export interface BannerParts {
  readonly version: string;
  readonly server: Server;
  readonly zones: readonly LoadedZone[];
  /** Undefined while the databases are being read. */
  readonly geo: readonly GeoSource[] | undefined;
  /** Where the admin interface is. */
  readonly admin: string | undefined;
}

/** More zones than this are counted, not listed. */
const LISTED_ZONES = 20;

const NOWHERE = "listening nowhere yet: this host has none of the listen addresses";

/** What a server says when it starts: enough to see that it is the right one, and no more. */
export function renderBanner({ version, server, zones, geo, admin }: BannerParts): string {
  const { path, workers, reason } = server.udpPath;
  const lines = [
    `rondo ${version} on Node ${process.versions.node}, ${process.platform}-${process.arch}`,
    ...server.addresses.map(
      (served) => `listening on ${formatSocketAddress(served)} (${renderTransports(served)})`,
    ),
    `UDP by ${path} with ${workers} ${workers === 1 ? "thread" : "threads"} (${reason})`,
    ...(server.addresses.length > 0 ? [] : [NOWHERE]),
    ...zones.slice(0, LISTED_ZONES).map(renderZone),
  ];
  if (zones.length > LISTED_ZONES) {
    const records = zones.reduce((sum, zone) => sum + zone.prepared.compiled.records, 0);
    lines.push(`${zones.length} zones with ${records} records in all`);
  }
  if (zones.length === 0) lines.push("no zones: every query is refused");
  if (geo === undefined) lines.push("geo data is being read; no zone needs it yet");
  if (geo?.length === 0) lines.push("no geo data: nobody knows where a client is");
  for (const { name, built, attribution } of geo ?? []) {
    const by = attribution === undefined ? "" : ` (${attribution})`;
    lines.push(`geo data ${name} of ${built ?? "unknown date"}${by}`);
  }
  lines.push(admin === undefined ? "admin interface: none" : `admin ${admin}`);
  return `${lines.join("\n")}\n`;
}

function renderTransports({ transports, path }: ServedAddress): string {
  const [transport] = transports;
  if (transport === "tls") return "TLS";
  if (transport === "https") return `HTTPS, ${path}`;
  return "UDP and TCP";
}

/** What a newcomer types first; asked again, another address leads. */
export function renderTry({ address, port }: ServedAddress): string {
  return `try it: dig @${address} -p ${port} www.gslb.example.com\n`;
}

function renderZone({ name, prepared, origin, file }: LoadedZone): string {
  const { zone, compiled } = prepared;
  const from = origin === "copy" ? ` from the last good copy, because ${file} is bad` : "";
  if (zone.secondary !== undefined) {
    const primaries = zone.secondary.primaries.map(formatSocketAddress).join(", ");
    return `zone ${name} is a secondary of ${primaries}${from}`;
  }
  return `zone ${name} serial ${zone.serial}, ${compiled.records} records${from}`;
}
