import type { LiftedReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { UndrainOptions } from "./undrain.ts";
import { findWho } from "./who.ts";

/** Removes overrides and lists them. */
export async function runUndrain(
  { selector, json, server }: UndrainOptions,
  output: Output,
): Promise<number> {
  const wish = { selector, by: findWho() };
  const reply = await callServer<LiftedReport>(server, "DELETE", "/v1/overrides", wish);
  if (reply.kind !== "done") return reportFailure("undrain", server, reply, output);
  if (json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  else {
    for (const { action, selector: text, by } of reply.body.removed) {
      const what = action === "drain" ? "drained" : `forced ${action}`;
      output.out(`${text} is no longer ${what} (by ${by})\n`);
    }
  }
  if (!reply.body.saved) {
    output.err("rondo undrain: the server cannot save it: it is back when the server restarts\n");
  }
  return EXIT.ok;
}
