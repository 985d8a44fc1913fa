import type { RetransferReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { ReloadOptions } from "./reload.ts";
import { findWho } from "./who.ts";

/** The server itself waits for less. */
const DEADLINE_MS = 120_000;

/** Has secondary zones transferred anew, one after the other, and tells what came of it. */
export async function runRetransfer(
  { retransfer, json, server }: Pick<ReloadOptions, "retransfer" | "json" | "server">,
  output: Output,
): Promise<number> {
  const reports: RetransferReport[] = [];
  let status: number = EXIT.ok;
  for (const zone of retransfer) {
    const wish = { by: findWho(), zone };
    const reply = await callServer<RetransferReport>(
      server,
      "POST",
      "/v1/retransfer",
      wish,
      DEADLINE_MS,
    );
    if (reply.kind === "error" && reply.error.code === "no-match") {
      output.err(`rondo reload: ${reply.error.message}\n`);
      status = EXIT.failed;
      continue;
    }
    if (reply.kind !== "done") return reportFailure("reload", server, reply, output);
    const { body } = reply;
    reports.push(body);
    if (!body.transferred) {
      output.err(`rondo reload: zone ${body.zone} is not transferred: ${body.reason}\n`);
      status = EXIT.failed;
    } else if (!json) {
      output.out(
        `zone ${body.zone} serial ${body.serial}, ${body.records} records, from ${body.primary}\n`,
      );
    }
  }
  if (json) output.out(`${JSON.stringify({ zones: reports }, undefined, 2)}\n`);
  return status;
}
