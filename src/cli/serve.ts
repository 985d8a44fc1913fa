import { type AdminListen, parseAdminListen } from "../config/admin-listen.ts";
import { parseSocketAddress, type SocketAddress } from "../config/socket-address.ts";
import { findNearest } from "../config/suggest.ts";
import { type Command, type UsageError, usageError } from "./command.ts";
import type { Flags } from "./parse-flags.ts";

/** What the command line says about serving; what it leaves out is the server file's to say, or the defaults'. */
export interface ServeOptions {
  /** The server file. */
  readonly config: string | undefined;
  /** The zones folder. */
  readonly zones: string | undefined;
  /** Empty if not given. Port 0: any free one. */
  readonly listen: readonly SocketAddress[];
  /** Undefined: the server file's. */
  readonly admin: AdminListen | undefined;
  readonly workers: "auto" | number | undefined;
  readonly udp: "mmsg" | "dgram" | undefined;
  /** The state folder. */
  readonly state: string | undefined;
  readonly demo: boolean;
}

export const serveCommand: Command = {
  name: "serve",
  summary: "answer DNS queries",
  usage:
    "[--config FILE] [--zones DIR] [--listen ADDR:PORT]... [--admin ADDR:PORT]\n" +
    "                   [--workers N] [--udp mmsg|dgram] [--state DIR] [--demo]",
  flags: [
    { name: "config", value: "FILE", help: "the server file; flags win over it" },
    { name: "zones", value: "DIR", help: "folder of zone files, watched (default ./zones)" },
    {
      name: "listen",
      value: "ADDR:PORT",
      isRepeatable: true,
      help: "UDP and TCP (default 0.0.0.0:53 and [::]:53)",
    },
    { name: "admin", value: "ADDR:PORT", help: "the HTTP interface, or a socket, or none" },
    { name: "workers", value: "N", help: "UDP worker threads (default auto: one per core)" },
    { name: "udp", value: "mmsg|dgram", help: "how UDP is read (default: mmsg where it works)" },
    { name: "state", value: "DIR", help: "folder of the last good files (default ./state)" },
    { name: "demo", value: undefined, help: "127.0.0.1:5300, and three local datacenters to try" },
  ],
  description: `Serves every zone of the folder over UDP and TCP, checks the health of what they point to, and
reads files that change. A bad file changes nothing: the last good zone stays, and the log says why.
SIGHUP reads all files again; SIGTERM answers what is queued and ends within two seconds.`,
  examples: [
    { call: "rondo serve --demo", meaning: "a server to play with; no root, no configuration" },
    {
      call: "rondo serve --zones ./zones --listen 127.0.0.1:5300",
      meaning: "your own zones, on this machine alone",
    },
    { call: "rondo serve --config /etc/rondo/rondo.yaml", meaning: "all settings in one file" },
  ],
  exits: "0 after SIGTERM or SIGINT, 1 on a bad file or a port in use, 64 wrong usage",
  parse(flags, positionals) {
    const [extra] = positionals;
    if (extra !== undefined) {
      return usageError(
        `unexpected ${JSON.stringify(extra)}: the zones folder is given as --zones`,
      );
    }
    const listen = flags.list("listen").map(parseListen);
    const admin = flags.get("admin");
    const parsed = {
      admin: admin === undefined ? undefined : parseAdmin(admin),
      workers: parseWorkers(flags),
      udp: parseUdp(flags),
    };
    const problem = [...listen, ...Object.values(parsed)].find(isUsageError);
    if (problem !== undefined) return problem;
    return {
      kind: "serve",
      options: {
        config: flags.get("config"),
        zones: flags.get("zones"),
        listen: listen as SocketAddress[],
        ...(parsed as Pick<ServeOptions, "admin" | "workers" | "udp">),
        state: flags.get("state"),
        demo: flags.has("demo"),
      },
    };
  },
};

/** `ADDR:PORT`; port 0 leaves the choice to the kernel. */
function parseListen(written: string): SocketAddress | UsageError {
  // A server file has no use for a port that nobody knows beforehand; a test run has.
  const [, host] = /^(\[[^\]]*\]|[^:]*):0$/.exec(written) ?? [];
  const parsed = parseSocketAddress(host === undefined ? written : `${host}:1`);
  if (typeof parsed === "string") return usageError(parsed);
  return host === undefined ? parsed : { ...parsed, port: 0 };
}

/** As a server file has it, and port 0 as for `--listen`. */
function parseAdmin(written: string): AdminListen | UsageError {
  const parsed = parseAdminListen(written);
  if (typeof parsed !== "string") return parsed;
  const listen = parseListen(written);
  return isUsageError(listen) ? usageError(parsed) : { kind: "tcp", ...listen };
}

function parseWorkers(flags: Flags): "auto" | number | undefined | UsageError {
  const written = flags.get("workers");
  if (written === undefined || written === "auto") return written;
  const workers = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  if (workers >= 1 && workers <= MAX_WORKERS) return workers;
  return usageError(`--workers ${written}: expected 1 to ${MAX_WORKERS}, or auto`);
}

const MAX_WORKERS = 256;

function parseUdp(flags: Flags): "mmsg" | "dgram" | undefined | UsageError {
  const written = flags.get("udp");
  if (written === undefined || written === "mmsg" || written === "dgram") return written;
  const nearest = findNearest(written, ["mmsg", "dgram"]);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return usageError(`--udp ${written}: expected mmsg or dgram${hint}`);
}

function isUsageError(value: unknown): value is UsageError {
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "usage-error"
  );
}
