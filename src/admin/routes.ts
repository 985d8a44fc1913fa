/**
 * The routes of the admin interface: what each needs, takes and gives stands beside what it does. The router, the
 * rights and the OpenAPI document are made of this table.
 */
import type { Log } from "../log/log.ts";
import { explainRoute } from "./explain-route.ts";
import { failbackRoute } from "./failback-route.ts";
import { aliveRoute, readyRoute } from "./health-routes.ts";
import type { Schema } from "./json-schema.ts";
import { metricsRoute } from "./metrics-route.ts";
import { liftRoute, listOverridesRoute, placeRoute } from "./override-routes.ts";
import { reloadRoute } from "./reload-route.ts";
import { STATE } from "./schemas.ts";
import type { AdminServices } from "./services.ts";
import type { Right } from "./token-guard.ts";

export interface Route {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  /** The same under other names. */
  readonly aliases?: readonly string[];
  readonly right: Right;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  /** The body; JSON. */
  readonly request?: Schema;
  /** By status, of those that are no error. */
  readonly responses: Readonly<Record<number, ResponseShape>>;
  /** Statuses of errors that only this route gives. */
  readonly errors?: readonly number[];
  handle(call: Call): Promise<Response> | Response;
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly isRepeatable?: true;
  readonly description: string;
}

export interface ResponseShape {
  readonly description: string;
  /** Undefined: not described further. */
  readonly schema: Schema | undefined;
  /** JSON if left out. */
  readonly media?: string;
}

export interface Call {
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly services: AdminServices;
  readonly log: Log;
  /** Where the request comes from, for the log. */
  readonly source: string;
}

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
  metricsRoute,
  aliveRoute,
  readyRoute,
];
