import { fail } from "./failure.ts";
import type { Route } from "./route.ts";
import { EXPLANATION } from "./schemas.ts";

export const explainRoute: Route = {
  method: "get",
  path: "/v1/explain",
  right: "read",
  summary: "the answer that a client gets, and why",
  parameters: [
    { name: "name", required: true, description: "domain name" },
    { name: "type", required: false, description: "type of record (A)" },
    { name: "client", required: true, description: "address, or prefix as of EDNS Client Subnet" },
    { name: "resolver", required: false, description: "who asks for the client (itself)" },
    {
      name: "assume",
      required: false,
      isRepeatable: true,
      description: "MEMBER=down or MEMBER=up: suppose it instead of what the checks say",
    },
  ],
  responses: { 200: { description: "the explanation", schema: EXPLANATION } },
  errors: [400],
  handle({ query, services }) {
    const [name, client] = [query.get("name"), query.get("client")];
    if (name === null || client === null) {
      return fail("bad-request", "name and client are required: which name, for whom?");
    }
    const explained = services.explain({
      name,
      type: query.get("type") ?? undefined,
      client,
      resolver: query.get("resolver") ?? undefined,
      assume: query.getAll("assume"),
    });
    if (!explained.ok) return fail("bad-request", explained.message);
    const orNull = (_: string, value: unknown): unknown => (value === undefined ? null : value);
    return new Response(JSON.stringify(explained.explanation, orNull), {
      headers: { "content-type": "application/json" },
    });
  },
};
