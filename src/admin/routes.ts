/**
 * The routes of the admin interface: what each needs, takes and gives stands beside what it does. The router, the
 * rights and the OpenAPI document are made of this table.
 */
import { explainRoute } from "./explain-route.ts";
import { failbackRoute } from "./failback-route.ts";
import { aliveRoute, readyRoute } from "./health-routes.ts";
import { metricsRoute } from "./metrics-route.ts";
import { liftRoute, listOverridesRoute, placeRoute } from "./override-routes.ts";
import { reloadRoute } from "./reload-route.ts";
import { retransferRoute } from "./retransfer-route.ts";
import type { Route } from "./route.ts";
import { STATE } from "./schemas.ts";
import { upgradeRoute } from "./upgrade-route.ts";

const stateRoute: Route = {
  method: "get",
  path: "/v1/state",
  right: "read",
  summary:
    "zones, steered names, pools and values with their states, overrides, files with problems",
  responses: { 200: { description: "the state", schema: STATE } },
  handle: ({ services }) => Response.json(services.state()),
};

export const ROUTES: readonly Route[] = [
  stateRoute,
  explainRoute,
  listOverridesRoute,
  placeRoute,
  liftRoute,
  failbackRoute,
  reloadRoute,
  retransferRoute,
  upgradeRoute,
  metricsRoute,
  aliveRoute,
  readyRoute,
];
