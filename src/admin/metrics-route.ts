import { METRICS_CONTENT_TYPE } from "./metrics.ts";
import type { Route } from "./route.ts";

export const metricsRoute: Route = {
  method: "get",
  path: "/metrics",
  right: "read",
  summary: "everything that is counted, as Prometheus reads it",
  responses: {
    200: { description: "text exposition format", schema: undefined, media: "text/plain" },
  },
  handle: ({ services }) =>
    new Response(services.metrics(), { headers: { "content-type": METRICS_CONTENT_TYPE } }),
};
