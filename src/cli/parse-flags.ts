import { parseArgs } from "node:util";
import { findNearest } from "../config/suggest.ts";

/** An option of a command. */
export interface Flag {
  /** Without its dashes. */
  readonly name: string;
  /** Placeholder of its value, e.g. `FILE`; undefined for a switch. */
  readonly value: string | undefined;
  /** May be given more than once. */
  readonly isRepeatable?: true;
  /** For the help text; at most 60 columns. */
  readonly help: string;
}

/** What the command line says of each option. */
export interface Flags {
  has(name: string): boolean;
  /** The value, the last one of several. */
  get(name: string): string | undefined;
  list(name: string): readonly string[];
}

export type ParsedFlags =
  | { readonly ok: true; readonly flags: Flags; readonly positionals: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Reads `--name value`, `--name=value`, switches and positionals; `--` ends the options. */
export function parseFlags(args: readonly string[], known: readonly Flag[]): ParsedFlags {
  const { tokens } = parseArgs({
    args: [...args],
    // Our own messages need what a strict parser throws away.
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map((flag) => [flag.name, { type: flag.value === undefined ? "boolean" : "string" }]),
    ),
  });
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = known.find(({ name }) => name === token.name);
    if (flag === undefined || !token.rawName.startsWith("--")) {
      return { ok: false, message: explainUnknown(token.rawName, known) };
    }
    const problem = checkValue(flag, token.value, token.inlineValue === true);
    if (problem !== undefined) return { ok: false, message: problem };
    const values = given.get(flag.name) ?? [];
    if (values.length > 0 && flag.value !== undefined && flag.isRepeatable === undefined) {
      return { ok: false, message: `--${flag.name} is given twice` };
    }
    given.set(flag.name, [...values, token.value ?? ""]);
  }
  const flags: Flags = {
    has: (name) => given.has(name),
    get: (name) => given.get(name)?.at(-1),
    list: (name) => given.get(name) ?? [],
  };
  return { ok: true, flags, positionals };
}

function checkValue(flag: Flag, value: string | undefined, isInline: boolean): string | undefined {
  if (flag.value === undefined) {
    return isInline ? `--${flag.name} takes no value` : undefined;
  }
  // What looks like an option was meant as one: the value was forgotten.
  const isMissing = value === undefined || (!isInline && value.startsWith("-") && value !== "-");
  if (isMissing || value === "")
    return `--${flag.name} needs a value: --${flag.name} ${flag.value}`;
  return undefined;
}

function explainUnknown(rawName: string, known: readonly Flag[]): string {
  const nearest = findNearest(
    rawName.replace(/^-+/, ""),
    known.map(({ name }) => name),
  );
  const hint = nearest === undefined ? "" : `; did you mean --${nearest}?`;
  return `unknown option ${rawName}${hint}`;
}
