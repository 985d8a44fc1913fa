import type { ReloadReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { ReloadOptions } from "./reload.ts";
import { runRetransfer } from "./run-retransfer.ts";
import { findWho } from "./who.ts";

/** Tens of thousands of files take their time. */
const DEADLINE_MS = 120_000;

/** Has the server read its files, and tells what came of it. */
export async function runReload(options: ReloadOptions, output: Output): Promise<number> {
  if (options.retransfer.length > 0) return runRetransfer(options, output);
  const { isForced, remove, json, server } = options;
  const wish = { by: findWho(), force: isForced, ...(remove.length > 0 ? { remove } : {}) };
  const reply = await callServer<ReloadReport>(server, "POST", "/v1/reload", wish, DEADLINE_MS);
  if (reply.kind !== "done") return reportFailure("reload", server, reply, output);
  const { changed, removed, kept, problems } = reply.body;
  if (json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  else {
    for (const { zone, serial, records } of changed) {
      output.out(`zone ${zone} serial ${serial}, ${records} records\n`);
    }
    for (const zone of removed) output.out(`zone ${zone} removed: it is served no longer\n`);
    if (changed.length + removed.length === 0) output.out("nothing has changed\n");
  }
  for (const { text, zone, kind } of problems) {
    output.err(text);
    if (zone !== null && kind !== "gone") output.err(`zone ${zone} is served as it was\n`);
  }
  for (const { zone, reason } of kept) {
    output.err(`rondo reload: zone ${zone} is not removed: ${reason}\n`);
  }
  if (kept.length > 0) return EXIT.failed;
  // A zone without a file is a warning: all files there are, are served.
  const refusals = problems.filter(({ kind }) => kind !== "gone");
  if (refusals.length === 0) return EXIT.ok;
  return refusals.every(({ kind }) => kind === "mass-change") ? EXIT.refused : EXIT.failed;
}
