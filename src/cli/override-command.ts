import { parseDuration } from "../config/duration.ts";
import { parseSelector } from "../control/selector.ts";
import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, usageError } from "./command.ts";
import type { Flag, Flags } from "./parse-flags.ts";

export interface OverrideOptions {
  readonly command: "drain" | "force";
  readonly action: "drain" | "up" | "down";
  readonly selector: string;
  /** As written, like `2h`. */
  readonly duration: string | undefined;
  readonly reason: string | undefined;
  readonly isForced: boolean;
  readonly json: boolean;
  readonly server: ServerChoice;
}

const FLAGS: readonly Flag[] = [
  { name: "for", value: "TIME", help: "how long, like 90s, 30m, 2h, 1d (default: until undrain)" },
  { name: "reason", value: "TEXT", help: "shown wherever the state is shown" },
  { name: "force", value: undefined, help: "even if a name is left without a value" },
  { name: "json", value: undefined, help: "one JSON object instead of text" },
  ...ADMIN_FLAGS,
];

const SELECTORS = `SELECTOR is dc=NAME, pool=NAME, zone=NAME, a value such as 198.51.100.10, or a prefix of
addresses; * and ? are as in file names; with a comma all parts must fit: pool=eu,dc=fra.`;

const EXITS =
  "0 in force, 1 failed, 5 nothing matched, 6 a guard refused, 64 wrong usage, 69 no server answers";

export const drainCommand: Command = {
  name: "drain",
  summary: "take values out of new answers",
  usage: "SELECTOR [--for 2h] [--reason TEXT] [--force] [--json] [--admin ADDR:PORT]",
  flags: FLAGS,
  description: `Tells the running server to answer with these values no more, not even when all are down, and
prints the time from which no cache holds them: then it is safe to stop the machines. The drain
outlives a restart of the server. It is refused if it would leave a name without any value, or
within 5 seconds of another change to the same pool.

${SELECTORS}`,
  examples: [
    { call: "rondo drain dc=fra --for 2h --reason kernel", meaning: "a datacenter, for a while" },
    { call: "rondo drain 198.51.100.10", meaning: "one machine, until undrain" },
  ],
  exits: EXITS,
  parse(flags, positionals) {
    return parseOverride("drain", "drain", flags, positionals);
  },
};

export const forceCommand: Command = {
  name: "force",
  summary: "force values up or down, whatever their checks say",
  usage: "up|down SELECTOR [--for 2h] [--reason TEXT] [--force] [--json] [--admin ADDR:PORT]",
  flags: FLAGS,
  description: `Tells the running server what to think of these values, until it is removed with undrain. Of the
overrides that match a value the last one wins.

${SELECTORS}`,
  examples: [
    {
      call: "rondo force up 198.51.100.10 --for 10m",
      meaning: "the check is wrong, not the machine",
    },
    { call: "rondo force down pool=eu --reason incident", meaning: "everybody to the fallback" },
  ],
  exits: EXITS,
  parse(flags, [state, ...positionals]) {
    if (state !== "up" && state !== "down") return usageError("force what: up or down?");
    return parseOverride("force", state, flags, positionals);
  },
};

function parseOverride(
  command: OverrideOptions["command"],
  action: OverrideOptions["action"],
  flags: Flags,
  [selector, extra]: readonly string[],
): ReturnType<Command["parse"]> {
  if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
  if (selector === undefined) return usageError("SELECTOR is missing: dc=fra, pool=eu, a value?");
  const parsed = parseSelector(selector);
  if (typeof parsed === "string") return usageError(parsed);
  const duration = flags.get("for");
  if (duration !== undefined && !((parseDuration(duration) ?? 0) > 0)) {
    return usageError(`--for ${duration}: expected a time like 90s, 30m, 2h or 1d`);
  }
  const server = findServer(flags);
  if (typeof server === "string") return usageError(server);
  const options: OverrideOptions = {
    command,
    action,
    selector: parsed.text,
    duration,
    reason: flags.get("reason"),
    isForced: flags.has("force"),
    json: flags.has("json"),
    server,
  };
  return {
    kind: "run",
    run: async (output) => (await import("./run-override.ts")).runOverride(options, output),
  };
}
