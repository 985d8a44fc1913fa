import {
  isRefusedWhileUpgrading,
  type Parameter,
  type ResponseShape,
  type Route,
} from "./route.ts";
import { ERROR } from "./schemas.ts";

/** The interface as an OpenAPI 3.1 document, made of the routes themselves. */
export function createOpenApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    for (const path of [route.path, ...(route.aliases ?? [])]) {
      const item = paths[path] ?? {};
      paths[path] = item;
      item[route.method] = describe(route);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "rondo",
      version,
      description: "The admin interface of rondo, a DNS server for global load balancing.",
      license: { name: "MIT", identifier: "MIT" },
    },
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Error: ERROR },
    },
  };
}

/** Any request may meet these. */
const COMMON_ERRORS = [401, 403, 421, 429, 500];
const BODY_ERRORS = [413, 415];

const MEANINGS: Readonly<Record<number, string>> = {
  400: "the request makes no sense",
  401: "no token, or a wrong one",
  403: "a foreign origin, or a token that may read only",
  404: "nothing matches",
  409: "a guard is against it; `force` overrules it",
  413: "the body is too large",
  415: "the body is not application/json",
  421: "a Host header that is not this server's",
  429: "too many wrong tokens",
  500: "a fault of the server",
  503: "another process is about to take over: ask again when it has",
};

function describe(route: Route): object {
  const { summary, parameters, request, responses, errors = [] } = route;
  const failures = [
    ...errors,
    ...(isRefusedWhileUpgrading(route) ? [503] : []),
    ...(request === undefined ? [] : BODY_ERRORS),
    ...COMMON_ERRORS,
  ].sort((a, b) => a - b);
  return {
    summary,
    ...(parameters === undefined ? {} : { parameters: parameters.map(describeParameter) }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: request } },
          },
        }),
    responses: Object.fromEntries([
      ...Object.entries(responses).map(([status, shape]) => [status, describeResponse(shape)]),
      ...failures.map((status) => [
        String(status),
        {
          description: MEANINGS[status],
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      ]),
    ]),
  };
}

function describeParameter({ name, required, isRepeatable, description }: Parameter): object {
  const text = { type: "string" };
  return {
    name,
    in: "query",
    required,
    description,
    schema: isRepeatable === undefined ? text : { type: "array", items: text },
  };
}

function describeResponse({
  description,
  schema,
  media = "application/json",
}: ResponseShape): object {
  const body = schema === undefined ? {} : { schema };
  return { description, content: { [media]: body } };
}
