/**
 * The command line: from arguments to what is to be done. Nothing is read, written or started here.
 */
import { findNearest } from "../config/suggest.ts";
import { checkCommand } from "./check.ts";
import type { Command, Invocation } from "./command.ts";
import { diffCommand } from "./diff.ts";
import { EXIT } from "./exit-codes.ts";
import { explainCommand } from "./explain.ts";
import { failbackCommand } from "./failback.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { HELP_FLAG, renderCommandHelp, renderHelp } from "./help.ts";
import { drainCommand, forceCommand } from "./override-command.ts";
import { parseFlags } from "./parse-flags.ts";
import { reloadCommand } from "./reload.ts";
import { schemaCommand } from "./schema.ts";
import { serveCommand } from "./serve.ts";
import { statusCommand } from "./status.ts";
import { undrainCommand } from "./undrain.ts";
import { upgradeCommand } from "./upgrade.ts";
import { readVersion } from "./version.ts";

/** What to do: run a command, or print a text to the given stream and exit. */
export type ParsedCommand =
  | Invocation
  | {
      readonly kind: "print";
      readonly text: string;
      readonly to: "out" | "err";
      readonly exit: number;
    };

/** Understands the arguments after the name of the program. */
export function parseCommand(argv: readonly string[]): ParsedCommand {
  const [name, ...args] = argv;
  if (name === undefined) return refuse(renderHelp(COMMANDS, readVersion()));
  if (isHelp(name)) return print(renderHelp(COMMANDS, readVersion()));
  if (name === "--version") return print(`rondo ${readVersion()}\n`);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) return refuse(`rondo: ${explainUnknown(name)}\n`);

  if (untilSeparator(args).some(isHelp)) return print(renderCommandHelp(command));
  const parsed = parseFlags(args, [...command.flags, HELP_FLAG]);
  if (!parsed.ok) return refuseUsage(command, parsed.message);
  const invocation = command.parse(parsed.flags, parsed.positionals);
  if (invocation.kind === "usage-error") return refuseUsage(command, invocation.message);
  return invocation;
}

const COMMANDS: readonly Command[] = [
  serveCommand,
  checkCommand,
  explainCommand,
  diffCommand,
  statusCommand,
  drainCommand,
  undrainCommand,
  forceCommand,
  failbackCommand,
  reloadCommand,
  upgradeCommand,
  healthcheckCommand,
  schemaCommand,
];

function isHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

function untilSeparator(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

function explainUnknown(name: string): string {
  const isOption = name.startsWith("-");
  const candidates = isOption ? ["--help", "--version"] : COMMANDS.map((command) => command.name);
  const nearest = findNearest(name, candidates);
  const what = isOption ? `unknown option ${name}` : `unknown command ${JSON.stringify(name)}`;
  return nearest === undefined
    ? `${what}; "rondo --help" lists what there is`
    : `${what}; did you mean ${nearest}?`;
}

function print(text: string): ParsedCommand {
  return { kind: "print", text, to: "out", exit: EXIT.ok };
}

function refuse(text: string): ParsedCommand {
  return { kind: "print", text, to: "err", exit: EXIT.usage };
}

function refuseUsage(command: Command, message: string): ParsedCommand {
  return refuse(
    `rondo ${command.name}: ${message}\nUsage: rondo ${command.name} ${command.usage}\n`,
  );
}
