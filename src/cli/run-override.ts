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
  output.err(renderWarnings(command, reply.body));
  if (!reply.body.saved) {
    output.err(`rondo ${command}: the server cannot save it: it ends when the server does\n`);
  }
  return EXIT.ok;
}

function renderPlaced(placed: PlacedReport): string {
  const { override, values, safeToStopAt } = placed;
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
    const others = listAnsweredElsewhere(placed);
    const but = others.length === 0 ? "" : `, all but ${others.join(", ")}`;
    lines.push(`safe to stop at ${formatClock(safeToStopAt)}${but}: no cache holds them then\n`);
  } else if (action !== "up") {
    lines.push("not safe to stop at any time: it ends before the last cache forgets them\n");
  }
  return lines.join("");
}

/** Longer lists say no more. */
const MAX_RECORDS = 10;

function renderWarnings(
  command: string,
  { override: { selector }, stillAnswered, plainRecords }: PlacedReport,
): string {
  const warn = (text: string): string => `rondo ${command}: ${text}\n`;
  const warnings = plainRecords
    .slice(0, MAX_RECORDS)
    .map(({ name, type, value, ttl }) =>
      warn(`${name} ${type} still answers ${value}, with a TTL of ${ttl} s: a plain record`),
    );
  if (plainRecords.length > MAX_RECORDS) {
    warnings.push(warn(`so do ${plainRecords.length - MAX_RECORDS} more plain records`));
  }
  if (stillAnswered.length > 0) {
    const values = stillAnswered.join(", ");
    warnings.unshift(warn(`still answered from where ${selector} does not reach: ${values}`));
  }
  return warnings.join("");
}

function listAnsweredElsewhere({ stillAnswered, plainRecords }: PlacedReport): string[] {
  return [...new Set([...stillAnswered, ...plainRecords.map(({ value }) => value)])];
}

/** For a shell. */
function quote(selector: string): string {
  return /[*?]/.test(selector) ? `'${selector}'` : selector;
}
