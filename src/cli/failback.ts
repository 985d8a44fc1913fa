import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface FailbackOptions {
  readonly pool: string;
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const failbackCommand: Command = {
  name: "failback",
  summary: "take a pool back that was left",
  usage: "POOL [--json] [--admin ADDR:PORT]",
  flags: [
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `A pool with failback: { manual: true } stays left after it has recovered, one with a delay for that
long. This takes it back at once. POOL is its name; a record's own pool is OWNER/POOL.`,
  examples: [{ call: "rondo failback eu", meaning: "eu is well again: answer from it" }],
  exits: "0 taken back, 1 failed, 5 no such pool waits, 64 wrong usage, 69 no server answers",
  parse(flags, [pool, extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    if (pool === undefined) return usageError("POOL is missing");
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options: FailbackOptions = { pool, json: flags.has("json"), server };
    return {
      kind: "run",
      run: async (output) => (await import("./run-failback.ts")).runFailback(options, output),
    };
  },
};
