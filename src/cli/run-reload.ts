import type { ReloadReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { ReloadOptions } from "./reload.ts";
import { findWho } from "./who.ts";

/** Tens of thousands of files take their time. */
const DEADLINE_MS = 120_000;

/** Has the server read its files, and tells what came of it. */
export async function runReload(
  { isForced, json, server }: ReloadOptions,
  output: Output,
): Promise<number> {
  const wish = { by: findWho(), force: isForced };
  const reply = await callServer<ReloadReport>(server, "POST", "/v1/reload", wish, DEADLINE_MS);
  if (reply.kind !== "done") return reportFailure("reload", server, reply, output);
  const { changed, problems } = reply.body;
  if (json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  else {
    for (const { zone, serial, records } of changed) {
      output.out(`zone ${zone} serial ${serial}, ${records} records\n`);
    }
    if (changed.length === 0) output.out("nothing has changed\n");
  }
  for (const { text, zone } of problems) {
    output.err(text);
    if (zone !== null) output.err(`zone ${zone} is served as it was\n`);
  }
  if (problems.length === 0) return EXIT.ok;
  return problems.every(({ kind }) => kind === "mass-change") ? EXIT.refused : EXIT.failed;
}
