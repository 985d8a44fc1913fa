import { fail } from "./failure.ts";
import { readJson } from "./read-json.ts";
import { FAILBACK_REQUEST, type FailbackRequest } from "./request-schemas.ts";
import type { Route } from "./route.ts";
import { FAILED_BACK } from "./schemas.ts";

export const failbackRoute: Route = {
  method: "post",
  path: "/v1/failback",
  right: "write",
  summary: "take a pool back that was left, without waiting any longer",
  request: FAILBACK_REQUEST,
  responses: { 200: { description: "the pools that answer again", schema: FAILED_BACK } },
  errors: [400, 404],
  async handle({ request, services, log, source }) {
    const wish = await readJson<FailbackRequest>(request, FAILBACK_REQUEST);
    if (wish instanceof Response) return wish;
    const report = services.failback(wish.pool);
    if (report.pools.length === 0) {
      return fail("no-match", `no pool ${wish.pool} waits to be taken back`);
    }
    const by = wish.by ?? source;
    const pools = report.pools.map(({ zone, pool }) => `${pool} of ${zone}`);
    const change = { before: "held back", after: "taken back" };
    log.info({ audit: true, action: "failback", pools, by, source, ...change }, "admin: failback");
    return Response.json(report);
  },
};
