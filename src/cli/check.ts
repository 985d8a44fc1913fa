import { type Command, usageError } from "./command.ts";

export interface CheckOptions {
  /** The server file; checked too. */
  readonly config: string | undefined;
  /** The zones folder, instead of the server file's. */
  readonly zones: string | undefined;
  /** Zone files, instead of a folder. */
  readonly files: readonly string[];
  /** Warnings count as errors. */
  readonly strict: boolean;
}

export const checkCommand: Command = {
  name: "check",
  summary: "read all files and tell what is wrong with them",
  usage: "[--config FILE] [--zones DIR] [FILE...] [--strict]",
  flags: [
    { name: "config", value: "FILE", help: "the server file" },
    { name: "zones", value: "DIR", help: "folder of zone files (default ./zones)" },
    { name: "strict", value: undefined, help: "exit 1 on warnings too" },
  ],
  description: `Reads the server file and every zone file as "rondo serve" would, and starts nothing. All errors and
warnings of all files go to standard error, each with its line; the zones that are good, and how
many records they hold, go to standard output. With --config, files that the server file names and a
start could not use (certificate, keys, secrets, tokens) are warnings.`,
  examples: [
    { call: "rondo check --zones ./zones", meaning: "before a reload" },
    {
      call: "rondo check --strict zones/example.yaml",
      meaning: "one file, in continuous integration",
    },
  ],
  exits: "0 fine, warnings allowed; 1 errors, or warnings with --strict; 64 wrong usage",
  parse(flags, positionals) {
    const zones = flags.get("zones");
    if (zones !== undefined && positionals.length > 0) {
      return usageError("give --zones or files, not both");
    }
    const options: CheckOptions = {
      config: flags.get("config"),
      zones,
      files: positionals,
      strict: flags.has("strict"),
    };
    return {
      kind: "run",
      run: async (output, readers) =>
        (await import("./run-check.ts")).runCheck(options, output, readers),
    };
  },
};
