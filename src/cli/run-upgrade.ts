import type { StateReport, UpgradeReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { UpgradeOptions } from "./upgrade.ts";
import { findWho } from "./who.ts";

/** Longer than the server waits for its successor to be ready, to answer, and to go on. */
const DEADLINE_MS = 150_000;
/** How long the admin interface may be nobody's. */
const HANDOVER_MS = 5000;
const LOOK_MS = 50;

/** Has the server replaced, and tells what came of it. */
export async function runUpgrade(
  { json, server }: UpgradeOptions,
  output: Output,
): Promise<number> {
  const wish = { by: findWho() };
  const reply = await callServer<UpgradeReport>(server, "POST", "/v1/upgrade", wish, DEADLINE_MS);
  if (reply.kind !== "done") return reportFailure("upgrade", server, reply, output);
  const { takenOver, pid, version, reason } = reply.body;
  if (json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  if (!takenOver) {
    output.err(`rondo upgrade: the old server goes on: ${reason}\n`);
    return EXIT.failed;
  }
  if (!json) output.out(`rondo ${version} has taken over, pid ${pid}\n`);
  const until = performance.now() + HANDOVER_MS;
  // The next command should find it, unless its admin interface is elsewhere by now.
  while (performance.now() < until) {
    const state = await callServer<StateReport>(server, "GET", "/v1/state");
    if (state.kind === "done" && state.body.pid === pid) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return EXIT.ok;
}
