import type { Route } from "./route.ts";
import { WELL } from "./schemas.ts";

const answer = (isWell: boolean): Response =>
  Response.json({ status: isWell ? "ok" : "failing" }, { status: isWell ? 200 : 503 });

/** Alive is a server that answers a query; nothing behind it counts, or a bad day of the backends would kill it too. */
export const aliveRoute: Route = {
  method: "get",
  path: "/livez",
  aliases: ["/healthz", "/health"],
  right: "read",
  summary: "whether the server answers DNS",
  responses: {
    200: { description: "it answers a query", schema: WELL },
    503: { description: "it does not", schema: WELL },
  },
  handle: async ({ services }) => answer(await services.answersDns()),
};

export const readyRoute: Route = {
  method: "get",
  path: "/readyz",
  aliases: ["/ready"],
  right: "read",
  summary: "whether the first round of checks is over, whatever came of it",
  responses: {
    200: { description: "it is over", schema: WELL },
    503: { description: "not yet", schema: WELL },
  },
  handle: ({ services }) => answer(services.isReady()),
};
