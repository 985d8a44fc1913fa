import { hasErrors, renderIssues } from "../config/issue.ts";
import type { SocketAddress } from "../config/socket-address.ts";
import { askDns, toLocal } from "./ask-dns.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { HealthcheckOptions } from "./healthcheck.ts";
import { readSettings } from "./read-settings.ts";

/** Asks the local server and says what came of it. */
export async function runHealthcheck(options: HealthcheckOptions, output: Output): Promise<number> {
  const listener = options.listen ?? findListener(options.config, output);
  if (listener === undefined) return EXIT.failed;
  const target = toLocal(listener);
  const shown = format(target);
  const answer = await askDns(target);
  if (answer.ok) {
    output.out(`${shown} answers DNS: ${answer.rcode} after ${answer.ms} ms\n`);
    return EXIT.ok;
  }
  output.err(`rondo healthcheck: ${shown} does not answer DNS: ${answer.reason}\n`);
  return EXIT.failed;
}

function findListener(config: string | undefined, output: Output): SocketAddress | undefined {
  const { settings, issues } = readSettings(config);
  if (hasErrors(issues)) output.err(renderIssues(issues));
  return settings?.listen[0];
}

function format({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
