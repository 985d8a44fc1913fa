import { parseSelector } from "../control/selector.ts";
import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";

export interface UndrainOptions {
  readonly selector: string;
  readonly json: boolean;
  readonly server: ServerChoice;
}

export const undrainCommand: Command = {
  name: "undrain",
  summary: "end drains and forced states",
  usage: "SELECTOR [--json] [--admin ADDR:PORT]",
  flags: [
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    ...ADMIN_FLAGS,
  ],
  description: `Removes the overrides that were set for this SELECTOR, and those that hold for nothing but values it
means; also by the id that "rondo status" shows. '*' removes all of them.`,
  examples: [
    { call: "rondo undrain dc=fra", meaning: "what drain dc=fra did, and single machines in fra" },
    { call: "rondo undrain '*'", meaning: "everything as the checks say" },
  ],
  exits: "0 removed, 1 failed, 5 nothing matched, 64 wrong usage, 69 no server answers",
  parse(flags, [selector, extra]) {
    if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
    if (selector === undefined) return usageError("SELECTOR is missing: dc=fra, pool=eu, a value?");
    const parsed = parseSelector(selector);
    if (typeof parsed === "string") return usageError(parsed);
    const server = findServer(flags);
    if (typeof server === "string") return usageError(server);
    const options = { selector: parsed.text, json: flags.has("json"), server };
    return {
      kind: "run",
      run: async (output) => (await import("./run-undrain.ts")).runUndrain(options, output),
    };
  },
};
