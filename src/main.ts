#!/usr/bin/env node
/** The entry point: understands the command line and does what it says. */
import type { Output } from "./cli/command.ts";
import { parseCommand } from "./cli/parse-command.ts";

const output: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

// Whoever reads the results may go away early (`| head`), and a server outlives the reader of its banner.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const command = parseCommand(process.argv.slice(2));
switch (command.kind) {
  case "print":
    output[command.to](command.text);
    process.exitCode = command.exit;
    break;
  case "run":
    process.exitCode = await command.run(output);
    break;
  case "serve": {
    const { serve } = await import("./serve.ts");
    process.exitCode = await serve(command.options, output);
    break;
  }
}
