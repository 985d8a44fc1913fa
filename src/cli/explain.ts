import { ADMIN_FLAGS, findServer, type ServerChoice } from "./admin-flags.ts";
import { type Command, type UsageError, usageError } from "./command.ts";
import { type ParsedQuestion, parseQuestion, type WrittenQuestion } from "./explain-question.ts";
import type { Flags } from "./parse-flags.ts";

export interface ExplainOptions {
  readonly written: WrittenQuestion;
  readonly question: ParsedQuestion;
  readonly json: boolean;
  readonly config: string | undefined;
  readonly zones: string | undefined;
  /** Asked unless files are named. */
  readonly server: ServerChoice;
}

export const explainCommand: Command = {
  name: "explain",
  summary: "tell which answer a client gets, and why",
  usage:
    "NAME [TYPE] --client ADDR[/LEN] [--resolver ADDR] [--assume MEMBER=down]...\n" +
    "                     [--json] [--zones DIR | --config FILE | --admin ADDR:PORT]",
  flags: [
    { name: "client", value: "ADDR[/LEN]", help: "who asks; required" },
    { name: "resolver", value: "ADDR", help: "who asks for the client (default: itself)" },
    {
      name: "assume",
      value: "MEMBER=down",
      isRepeatable: true,
      help: "suppose that values are down, or up",
    },
    { name: "json", value: undefined, help: "one JSON object instead of text" },
    { name: "zones", value: "DIR", help: "from the zone files of this folder, not the server" },
    { name: "config", value: "FILE", help: "from the files that this server file names" },
    ...ADMIN_FLAGS,
  ],
  description: `Asks the running server, or works the answer out from files if some are named or no server answers;
always with the code that serves: the rule that matches the client, every pool and value with what
keeps or drops it, TTL and ECS scope with their reasons. From files no value has a health state but
those that --assume gives one; the last --assume that matches wins. MEMBER is a value, POOL/VALUE,
pool=NAME or dc=NAME, with * and ? as in file names. TYPE is A if left out.`,
  examples: [
    {
      call: "rondo explain www.example.com --client 198.51.100.7",
      meaning: "what does this client get?",
    },
    {
      call: "rondo explain www.example.com AAAA --client 2001:db8::/56 --assume dc=fra=down",
      meaning: "and what, should a datacenter fail?",
    },
    {
      call: "rondo explain www.example.com --client 192.0.2.0/24 --resolver 198.51.100.53 --json",
      meaning: "a resolver that sends EDNS Client Subnet, for a script",
    },
  ],
  exits: "0 answered, 1 bad files, 3 no such name, 64 wrong usage, 69 --admin does not answer",
  parse(flags, positionals) {
    const options = parseOptions(flags, positionals);
    if ("kind" in options) return options;
    return {
      kind: "run",
      run: async (output, readers) =>
        (await import("./run-explain.ts")).runExplain(options, output, readers),
    };
  },
};

function parseOptions(
  flags: Flags,
  [name, type, extra]: readonly string[],
): ExplainOptions | UsageError {
  if (name === undefined) return usageError("NAME is missing");
  if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
  const client = flags.get("client");
  if (client === undefined) return usageError("--client is missing: who asks?");
  const written: WrittenQuestion = {
    name,
    type,
    client,
    resolver: flags.get("resolver"),
    assume: flags.list("assume"),
  };
  const question = parseQuestion(written);
  if (typeof question === "string") {
    return usageError(question.replace(/^(?=client:|resolver:)/, "--"));
  }
  const server = findServer(flags);
  if (typeof server === "string") return usageError(server);
  return {
    written,
    question,
    json: flags.has("json"),
    config: flags.get("config"),
    zones: flags.get("zones"),
    server,
  };
}
