import type { FailbackReport } from "../admin/api.ts";
import { callServer, reportFailure } from "./call-server.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { FailbackOptions } from "./failback.ts";
import { findWho } from "./who.ts";

/** Takes a pool back and says which. */
export async function runFailback(
  { pool, json, server }: FailbackOptions,
  output: Output,
): Promise<number> {
  const wish = { pool, by: findWho() };
  const reply = await callServer<FailbackReport>(server, "POST", "/v1/failback", wish);
  if (reply.kind !== "done") return reportFailure("failback", server, reply, output);
  if (json) output.out(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  else {
    for (const taken of reply.body.pools) {
      output.out(`pool ${taken.pool} of ${taken.zone} is taken back\n`);
    }
  }
  return EXIT.ok;
}
