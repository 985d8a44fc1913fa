import type { PlacedReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { formatClock } from "./format-clock.ts";
import type { OverrideOptions } from "./override-command.ts";
import { renderTable } from "./render-table.ts";
import { findWho } from "./who.ts";

/** Drains values or forces them, and says what that means. */
export async function runOverride(options: OverrideOptions, output: Output): Promise<number> {
  const { command, action, selector, duration, reason, isForced, server } = options;
  const reply = await callServer<PlacedReport>(server, "POST", "/v1/overrides", {
    action,
    selector,
    ...(duration === undefined ? {} : { for: duration }),
    ...(reason === undefined ? {} : { reason }),
    by: findWho(),
    force: isForced,
  });
  if (reply.kind !== "done") return reportFailure(command, server, reply, output);
  if (options.json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  else output.out(renderPlaced(reply.body));
  if (reply.body.stillAnswered.length > 0) {
    const values = reply.body.stillAnswered.join(", ");
    output.err(
      `rondo ${command}: still answered from where ${selector} does not reach: ${values}\n`,
    );
  }
  if (!reply.body.saved) {
    output.err(`rondo ${command}: the server cannot save it: it ends when the server does\n`);
  }
  return EXIT.ok;
}

function renderPlaced({ override, values, safeToStopAt, stillAnswered }: PlacedReport): string {
  const { action, selector, until } = override;
  const done = action === "drain" ? "drained" : `forced ${action}`;
  const count = `${values.length} ${values.length === 1 ? "value" : "values"}`;
  const term =
    until === null ? `until: rondo undrain ${quote(selector)}` : `until ${formatClock(until)}`;
  const lines = [
    `${selector} is ${done}: ${count}, ${term}\n`,
    renderTable(
      values.map(({ value, pool, zone }) => [value, `pool ${pool}`, zone]),
      "  ",
    ),
  ];
  if (safeToStopAt !== null) {
    const but = stillAnswered.length === 0 ? "" : `, all but ${stillAnswered.join(", ")}`;
    lines.push(`safe to stop at ${formatClock(safeToStopAt)}${but}: no cache holds them then\n`);
  }
  return lines.join("");
}

/** For a shell. */
function quote(selector: string): string {
  return /[*?]/.test(selector) ? `'${selector}'` : selector;
}
