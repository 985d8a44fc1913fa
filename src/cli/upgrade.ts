import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface UpgradeOptions {
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const upgradeCommand: Command = {
  name: "upgrade",
  summary: "have the installed version take over from the running one",
  usage: "[--json] [--admin ADDR:PORT]",
  flags: [
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `For a new version, a new Node, or another server file: the running server starts what is installed
now, with its own arguments and sockets. Once that has loaded all zones and checked everything, it
answers in place of the old one, which finishes what it has begun, and ends. No query is lost. If
the new one does not get that far, the old one goes on, and this command says why. Overrides and
reloads are refused meanwhile.`,
  examples: [
    {
      call: "npm ci && npm run build && rondo upgrade",
      meaning: "in the new version's folder, at once",
    },
  ],
  exits: "0 taken over, 1 the old one was kept, 64 wrong usage, 69 no server answers",
  parse(flags, [extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options: UpgradeOptions = { json: flags.has("json"), server };
    return {
      kind: "run",
      run: async (output) => (await import("./run-upgrade.ts")).runUpgrade(options, output),
    };
  },
};
