/**
 * From a request to its response: who may ask, then what is asked for. Refusals say nothing that the asker has not
 * said, and there are no CORS headers: pages of other origins have no business here.
 */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Log } from "../log/log.ts";
import { checkOrigin, type OriginRules } from "./check-origin.ts";
import { fail } from "./failure.ts";
import { createOpenApi } from "./openapi.ts";
import { MAX_BODY_OCTETS, refuseTooLarge } from "./read-json.ts";
import { isRefusedWhileUpgrading, type Route } from "./route.ts";
import { ROUTES } from "./routes.ts";
import type { AdminServices } from "./services.ts";
import type { Right, TokenGuard } from "./token-guard.ts";

export interface AppOptions {
  readonly services: AdminServices;
  readonly guard: TokenGuard;
  readonly origin: OriginRules;
  readonly version: string;
  readonly log: Log;
}

type Env = { Bindings: HttpBindings };
type App = Hono<Env>;

export function createApp(options: AppOptions): App {
  const { log, version } = options;
  const app: App = new Hono<Env>();
  const document = createOpenApi([...ROUTES, openApiRoute(() => document)], version);
  const routes = [...ROUTES, openApiRoute(() => document)];

  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set("server", "rondo");
    headers.set("cache-control", "no-store");
    headers.set("x-content-type-options", "nosniff");
  });
  app.use(async (context, next) => {
    const refusal = refuse(context, options, findRight(routes, context));
    if (refusal !== undefined) return refusal;
    await next();
    return undefined;
  });
  for (const route of routes) {
    const handle = (context: Context<Env>): Promise<Response> | Response => {
      if (isRefusedWhileUpgrading(route) && options.services.isUpgrading()) {
        return fail("upgrading", "another process is about to take over: ask again when it has");
      }
      return route.handle({
        request: context.req.raw,
        query: new URL(context.req.url).searchParams,
        services: options.services,
        log,
        source: sourceOf(context),
      });
    };
    for (const path of [route.path, ...(route.aliases ?? [])]) app[route.method](path, handle);
  }
  app.notFound((context) => {
    const allowed = routes
      .filter((route) => isAt(route, context.req.path))
      .map(({ method }) => method.toUpperCase());
    if (allowed.length === 0) return fail("not-found", "there is no such route: see /openapi.json");
    const allow = allowed.join(", ");
    return fail("method-not-allowed", `allowed here: ${allow}`, { headers: { allow } });
  });
  app.onError((err) => {
    log.error({ err }, "admin request failed");
    return fail("internal", "that is a fault of the server: see its log");
  });
  return app;
}

/** Describes itself too, so it is told of the document when that is there. */
function openApiRoute(document: () => object): Route {
  return {
    method: "get",
    path: "/openapi.json",
    right: "read",
    summary: "this document",
    responses: { 200: { description: "OpenAPI 3.1", schema: undefined } },
    handle: () => Response.json(document()),
  };
}

function refuse(
  { req, env }: Context<Env>,
  { guard, origin }: AppOptions,
  right: Right,
): Response | undefined {
  switch (checkOrigin(req.header("host"), req.header("origin"), origin)) {
    case "foreign-host":
      return fail("misdirected", "this server does not go by that name");
    case "foreign-origin":
      return fail("forbidden", "pages of other origins have no access");
    case "ok":
      break;
  }
  const source = env.incoming.socket.remoteAddress ?? "socket";
  const admission = guard.admit(req.header("authorization"), right, source);
  switch (admission.kind) {
    case "unauthorized":
      return fail("unauthorized", "a bearer token is needed", {
        headers: { "www-authenticate": "Bearer" },
      });
    case "forbidden":
      return fail("forbidden", "this token may read only");
    case "locked-out":
      return fail("too-many-attempts", "too many wrong tokens from there", {
        headers: { "retry-after": String(admission.retryAfter) },
      });
    case "admitted":
      break;
  }
  return Number(req.header("content-length") ?? 0) > MAX_BODY_OCTETS ? refuseTooLarge() : undefined;
}

/** Whoever may not write is told so whatever the path; what does not exist may be read by anybody who may read. */
function findRight(routes: readonly Route[], { req }: Context<Env>): Right {
  const isRead = req.method === "GET" || req.method === "HEAD";
  const method = req.method === "HEAD" ? "get" : req.method.toLowerCase();
  const route = routes.find((one) => one.method === method && isAt(one, req.path));
  return route?.right ?? (isRead ? "read" : "write");
}

function isAt({ path, aliases = [] }: Route, asked: string): boolean {
  return path === asked || aliases.includes(asked);
}

function sourceOf({ env }: Context<Env>): string {
  return env.incoming.socket.remoteAddress ?? "the local socket";
}
