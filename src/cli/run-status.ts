import type { StateReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { renderStatus } from "./render-status.ts";
import type { StatusOptions } from "./status.ts";

/** Shows how the server is. */
export async function runStatus({ json, server }: StatusOptions, output: Output): Promise<number> {
  const reply = await callServer<StateReport>(server, "GET", "/v1/state");
  if (reply.kind !== "done") return reportFailure("status", server, reply, output);
  output.out(json ? `${JSON.stringify(reply.body, undefined, 2)}\n` : renderStatus(reply.body));
  return isUnwell(reply.body) ? EXIT.unwell : EXIT.ok;
}

/** Whether something is down that nobody has taken out, or some clients get what they should not, or nothing. */
export function isUnwell({ zones }: StateReport): boolean {
  return zones.some(
    ({ names, pools, secondary }) =>
      (secondary !== null && secondary.state !== "current") ||
      names.some(({ troubles }) => troubles.length > 0) ||
      pools.some(({ values }) => values.some(({ state }) => state === "down" || state === "held")),
  );
}
