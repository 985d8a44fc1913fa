import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface StatusOptions {
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const statusCommand: Command = {
  name: "status",
  summary: "show zones, pools and values with their states",
  usage: "[--json] [--admin ADDR:PORT]",
  flags: [
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `Of the running server: every zone, pool and value, its state, since when, why, and when that can change
at the earliest; the share of the answers that each value has led beside the share it should have;
the overrides in force; names that are answered although everything is down; files with problems.`,
  examples: [
    { call: "rondo status", meaning: "is all well?" },
    { call: "rondo status --json | jq '.zones[].pools[]'", meaning: "for scripts" },
  ],
  exits:
    "0 all is well, 1 failed, 4 something is down or failing open, 64 wrong usage, 69 no server",
  parse(flags, [extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options: StatusOptions = { json: flags.has("json"), server };
    return {
      kind: "run",
      run: async (output) => (await import("./run-status.ts")).runStatus(options, output),
    };
  },
};
