import { readJson } from "./read-json.ts";
import { UPGRADE_REQUEST, type UpgradeRequest } from "./request-schemas.ts";
import type { Route } from "./route.ts";
import { UPGRADED } from "./schemas.ts";

export const upgradeRoute: Route = {
  method: "post",
  path: "/v1/upgrade",
  right: "write",
  isForUpgrades: true,
  summary:
    "start what is installed now, hand the sockets over to it once it is ready, and end this process",
  request: UPGRADE_REQUEST,
  responses: {
    200: {
      description:
        "who has taken over, or why nobody has and the server goes on; the admin interface of the new process opens after this answer",
      schema: UPGRADED,
    },
  },
  errors: [400],
  async handle({ request, services, log, source }) {
    const wish = await readJson<UpgradeRequest>(request, UPGRADE_REQUEST);
    if (wish instanceof Response) return wish;
    log.info({ audit: true, action: "upgrade", by: wish.by ?? source, source }, "admin: upgrade");
    return Response.json(await services.upgrade());
  },
};
