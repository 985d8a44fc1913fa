import type { Command } from "./command.ts";
import type { Flag } from "./parse-flags.ts";

/** Every command takes it. */
export const HELP_FLAG: Flag = { name: "help", value: undefined, help: "print this text" };

/** The text of `rondo --help`. */
export function renderHelp(commands: readonly Command[], version: string): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `rondo ${version}: authoritative DNS server for round robin and global load balancing

Usage: rondo COMMAND [OPTION]...

Commands:
${renderRows(rows)}
Options:
${renderRows([
  ["-h, --help", "print this text; after a command, the help for it"],
  ["--version", "print the version"],
])}
Try it:
  rondo serve --demo
  dig @127.0.0.1 -p 5300 www.gslb.example.com

Exit status 64: wrong usage. "rondo COMMAND --help" tells the others.
`;
}

/** The text of `rondo COMMAND --help`. */
export function renderCommandHelp(command: Command): string {
  const flags = [...command.flags, HELP_FLAG].map(
    ({ name, value, isRepeatable, help }) =>
      [
        `${name === HELP_FLAG.name ? "-h, " : ""}--${name}${value === undefined ? "" : ` ${value}`}`,
        `${help}${isRepeatable === undefined ? "" : " (may be repeated)"}`,
      ] as const,
  );
  const examples = command.examples
    .map(({ call, meaning }) => `  ${call}\n      ${meaning}\n`)
    .join("");
  return `rondo ${command.name}: ${command.summary}

Usage: rondo ${command.name} ${command.usage}

${command.description}

Options:
${renderRows(flags)}
Examples:
${examples}
Exit status: ${command.exits}
`;
}

function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}
