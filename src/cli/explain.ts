import type { Address, Prefix } from "../address/address.ts";
import { explainBadAddress, parseAddress } from "../address/parse.ts";
import { findNearest } from "../config/suggest.ts";
import { parseName } from "../wire/name.ts";
import { listTypes, parseType, TYPE_A, TYPE_ANY, TYPE_OPT } from "../wire/rr-types.ts";
import type { Name } from "../zone/model.ts";
import { type Assumption, parseAssumption } from "./assume.ts";
import { type Command, type UsageError, usageError } from "./command.ts";
import type { Flags } from "./parse-flags.ts";

export interface ExplainOptions {
  readonly name: Name;
  readonly type: number;
  /** What an EDNS Client Subnet option would say, host bits cleared. */
  readonly client: Prefix;
  /** Source address of the query; undefined: the client asks itself. */
  readonly resolver: Address | undefined;
  readonly assumptions: readonly Assumption[];
  readonly json: boolean;
  readonly config: string | undefined;
  readonly zones: string | undefined;
}

export const explainCommand: Command = {
  name: "explain",
  summary: "tell which answer a client gets, and why",
  usage:
    "NAME [TYPE] --client ADDR[/LEN] [--resolver ADDR] [--assume MEMBER=down]...\n" +
    "                     [--json] [--zones DIR] [--config FILE]",
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
    { name: "zones", value: "DIR", help: "folder of zone files (default ./zones)" },
    { name: "config", value: "FILE", help: "the server file" },
  ],
  description: `Reads the zone files and works out the answer with the same code that serves: the rule that matches
the client, every pool and value with what keeps or drops it, TTL and ECS scope with their reasons.
No value has a health state here but those that --assume gives one; the last --assume that matches
wins. MEMBER is a value, POOL/VALUE, pool=NAME or dc=NAME, with * and ? as in file names.
TYPE is A if left out.`,
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
  exits: "0 answered, 1 bad files, 3 no such name, 64 wrong usage",
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
  [nameText, typeText, extra]: readonly string[],
): ExplainOptions | UsageError {
  if (nameText === undefined) return usageError("NAME is missing");
  if (extra !== undefined) return usageError(`unexpected ${JSON.stringify(extra)}`);
  const name = parseName(nameText);
  if (!name.ok) return usageError(name.error);
  const type = typeText === undefined ? TYPE_A : parseType(typeText);
  if (type === undefined) return usageError(explainBadType(typeText ?? ""));
  if (isMeta(type)) return usageError(`${typeText} is not a type that a name can have`);

  const clientText = flags.get("client");
  if (clientText === undefined) return usageError("--client is missing: who asks?");
  const client = parseClient(clientText);
  if (typeof client === "string") return usageError(`--client: ${client}`);
  const resolverText = flags.get("resolver");
  const resolver = resolverText === undefined ? undefined : parseAddress(resolverText);
  if (resolverText !== undefined && resolver === undefined) {
    return usageError(`--resolver: ${explainBadAddress(resolverText)}`);
  }
  const assumptions = flags.list("assume").map(parseAssumption);
  const bad = assumptions.find((assumption) => typeof assumption === "string");
  if (bad !== undefined) return usageError(bad);
  return {
    name: name.name,
    type,
    client,
    resolver,
    assumptions: assumptions as Assumption[],
    json: flags.has("json"),
    config: flags.get("config"),
    zones: flags.get("zones"),
  };
}

/** An address, or an address and how much of it is known; bits beyond are ignored, as a resolver clears them. */
function parseClient(text: string): Prefix | string {
  const [host = "", lengthText, extra] = text.split("/");
  const address = parseAddress(host);
  if (address === undefined) return explainBadAddress(host);
  const bits = address.octets.length * 8;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (
    extra !== undefined ||
    (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText)) ||
    length > bits
  ) {
    return `${text} is not a prefix: the length must be 0 to ${bits}`;
  }
  const octets = address.octets.map((octet, i) => {
    const kept = Math.min(8, Math.max(0, length - 8 * i));
    return octet & (0xff00 >> kept);
  });
  return { address: { family: address.family, octets }, length };
}

/** Types 128 to 255 are about the query, not the name (RFC 6895 §3.1); ANY asks for what there is. */
function isMeta(type: number): boolean {
  return type === TYPE_OPT || (type >= 128 && type < TYPE_ANY);
}

function explainBadType(text: string): string {
  const nearest = findNearest(text, listTypes());
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `${JSON.stringify(text)} is not a type of record${hint}`;
}
