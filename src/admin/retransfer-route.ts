import { formatName, lowerName, parseName } from "../wire/name.ts";
import { fail } from "./failure.ts";
import { readJson } from "./read-json.ts";
import { RETRANSFER_REQUEST, type RetransferRequest } from "./request-schemas.ts";
import type { Route } from "./route.ts";
import { RETRANSFERRED } from "./schemas.ts";

export const retransferRoute: Route = {
  method: "post",
  path: "/v1/retransfer",
  right: "write",
  summary: "transfer a secondary zone whole, whatever its serial, and wait until it is served",
  request: RETRANSFER_REQUEST,
  responses: {
    200: {
      description: "what is served now, or why it could not be transferred and is served as it was",
      schema: RETRANSFERRED,
    },
  },
  errors: [400, 404],
  async handle({ request, services, log, source }) {
    const wish = await readJson<RetransferRequest>(request, RETRANSFER_REQUEST);
    if (wish instanceof Response) return wish;
    const parsed = parseName(wish.zone);
    if (!parsed.ok) return fail("bad-request", `zone: ${parsed.error}`);
    const zone = formatName(lowerName(parsed.name));
    const report = await services.retransfer(zone);
    if (report === undefined) return fail("no-match", `${zone} is no secondary zone here`);
    const { transferred, serial, reason } = report;
    log.info(
      {
        audit: true,
        action: "retransfer",
        zone,
        by: wish.by ?? source,
        source,
        transferred,
        serial,
        ...(reason === null ? {} : { reason }),
      },
      "admin: zone transferred anew",
    );
    return Response.json(report);
  },
};
