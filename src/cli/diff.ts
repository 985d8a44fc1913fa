import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface DiffOptions {
  /** The server file. */
  readonly config: string | undefined;
  /** A folder of zone files to compare with what is served; else the server file's. */
  readonly zones: string | undefined;
  /** A folder of zone files to compare with, instead of what is served. */
  readonly from: string | undefined;
  /** The state folder of the server; else what the server says, else the server file's. */
  readonly state: string | undefined;
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const diffCommand: Command = {
  name: "diff",
  summary: "tell which answers would change if these files were served",
  usage:
    "[--zones DIR] [--from DIR] [--config FILE] [--state DIR] [--json]\n" +
    "                  [--admin ADDR:PORT]",
  flags: [
    { name: "zones", value: "DIR", help: "folder of zone files (default ./zones)" },
    { name: "from", value: "DIR", help: "compare with these files, not with what is served" },
    { name: "config", value: "FILE", help: "the server file" },
    { name: "state", value: "DIR", help: "the server's state folder (default: what it says)" },
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `Compares what runs now, the copies in the state folder, with the zone files, and serves nothing: zones
and records that come and go, and for steered names every kind of client whose answer would be
another, with one of them as an example and their share of the address space. If the server answers,
both sides are decided with its health and overrides; else all values count as healthy. Says as well
what "rondo reload" would refuse without --force. Serials are not compared.`,
  examples: [
    { call: "rondo diff --zones ./zones", meaning: "before a reload" },
    {
      call: "rondo diff --from main/zones --zones branch/zones",
      meaning: "two sets of files, in continuous integration",
    },
  ],
  exits:
    "0 nothing changes, 1 bad files, 2 some answers change, 64 wrong usage, 69 --admin does not answer",
  parse(flags, [extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options: DiffOptions = {
      config: flags.get("config"),
      zones: flags.get("zones"),
      from: flags.get("from"),
      state: flags.get("state"),
      json: flags.has("json"),
      server,
    };
    return {
      kind: "run",
      run: async (output, readers) =>
        (await import("./run-diff.ts")).runDiff(options, output, readers),
    };
  },
};
