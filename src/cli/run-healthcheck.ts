import { hasErrors, renderIssues } from "../config/issue.ts";
import { usesTls } from "../config/server/listen-item.ts";
import { formatSocketAddress } from "../config/socket-address.ts";
import { type AskedListener, askDns, toLocal } from "./ask-dns.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { HealthcheckOptions } from "./healthcheck.ts";
import { readSettings } from "./read-settings.ts";

/** Asks the local server and says what came of it. */
export async function runHealthcheck(options: HealthcheckOptions, output: Output): Promise<number> {
  const listener: AskedListener | undefined =
    options.listen ?? findListener(options.config, output);
  if (listener === undefined) return EXIT.failed;
  const target = toLocal(listener);
  const shown = formatSocketAddress(target);
  const answer = await askDns({ ...listener, ...target });
  if (answer.ok) {
    output.out(`${shown} answers DNS: ${answer.rcode} after ${answer.ms} ms\n`);
    return EXIT.ok;
  }
  output.err(`rondo healthcheck: ${shown} does not answer DNS: ${answer.reason}\n`);
  return EXIT.failed;
}

/** The first listen address that takes UDP. */
function findListener(config: string | undefined, output: Output): AskedListener | undefined {
  const { settings, issues } = readSettings(config);
  if (hasErrors(issues)) output.err(renderIssues(issues));
  const found = settings?.listen.find((listen) => !usesTls(listen));
  if (settings !== undefined && found === undefined) {
    output.err("rondo healthcheck: no listen address takes UDP: say which to ask with --listen\n");
  }
  return found;
}
