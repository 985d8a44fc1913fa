import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface ReloadOptions {
  /** Changes as well that look like a mistake. */
  readonly isForced: boolean;
  /** Apexes of zones to take out of service. */
  readonly remove: readonly string[];
  /** Apexes of secondary zones to transfer whole, instead of reading files. */
  readonly retransfer: readonly string[];
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const reloadCommand: Command = {
  name: "reload",
  summary: "have the server read all zone files again",
  usage: "[--remove ZONE] [--retransfer ZONE] [--force] [--json] [--admin ADDR:PORT]",
  flags: [
    {
      name: "remove",
      value: "ZONE",
      isRepeatable: true,
      help: "serve it no longer; its file must be gone",
    },
    {
      name: "retransfer",
      value: "ZONE",
      isRepeatable: true,
      help: "take this secondary zone from its primary anew, whatever its serial",
    },
    { name: "force", value: undefined, help: "even changes that look like a mistake" },
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `Waits until every good zone is served, and tells what changed. A zone whose file is bad goes on being
served as it was; what is wrong with the file goes to standard error. A zone whose file is gone is served
on, too, with a warning, until --remove takes it out of service: then its names are refused, its checks end and
its last good copy is deleted. With --retransfer no files are read: the zone is transferred whole, as after
a primary has begun anew with a lower serial.`,
  examples: [
    { call: "rondo reload", meaning: "after an edit, and in a deployment script" },
    { call: "rondo reload --remove old.example.com", meaning: "after its file was deleted" },
    {
      call: "rondo reload --retransfer example.net",
      meaning: "when a primary has gone back to a lower serial",
    },
  ],
  exits:
    "0 the files are served as they are, 1 some are refused or a zone cannot be removed or transferred, 6 only a guard refused, 64 wrong usage, 69 no server answers",
  parse(flags, [extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options: ReloadOptions = {
      isForced: flags.has("force"),
      remove: flags.list("remove"),
      retransfer: flags.list("retransfer"),
      json: flags.has("json"),
      server,
    };
    if (options.retransfer.length > 0 && (options.isForced || options.remove.length > 0)) {
      return usageError("--retransfer reads no files: it cannot be had with --remove or --force");
    }
    return {
      kind: "run",
      run: async (output) => (await import("./run-reload.ts")).runReload(options, output),
    };
  },
};
