import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findMismatches, type Schema } from "../../src/admin/json-schema.ts";
import { ROUTES } from "../../src/admin/routes.ts";
import { OVERRIDE_ZONE } from "../support/override-zone.ts";
import { createFolder, type Rondo, startRondo } from "../support/rondo.ts";

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly required: boolean }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content: Readonly<
          Record<string, { readonly schema?: Schema & { $ref?: string } }>
        >;
      }
    >
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: { readonly Error: Schema } };
}

let folder: string;
let rondo: Rondo;
let document: Document;

beforeAll(async () => {
  folder = createFolder();
  rondo = await startRondo({ zones: { "example.com.yaml": OVERRIDE_ZONE }, folder });
  document = (await (await fetch(`http://${rondo.admin}/openapi.json`)).json()) as Document;
});
afterAll(async () => {
  await rondo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const GET = "GET";

async function check(method: string, path: string, body?: object): Promise<number> {
  const response = await fetch(`http://${rondo.admin}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const operation = document.paths[path.split("?")[0]!]?.[method.toLowerCase()];
  const described = operation?.responses[response.status];
  expect(described, `${method} ${path} ${response.status}`).toBeDefined();
  const media = response.headers.get("content-type")?.split(";")[0] ?? "";
  const content = described!.content[media];
  expect(content, `${method} ${path} ${media}`).toBeDefined();
  const text = await response.text();
  const schema =
    content!.schema?.$ref === undefined ? content!.schema : document.components.schemas.Error;
  if (schema !== undefined) expect(findMismatches(schema, JSON.parse(text))).toEqual([]);
  return response.status;
}

test("describes every route, and no other", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const routes = ROUTES.flatMap(({ method, path, aliases = [] }) =>
    [path, ...aliases].map((one) => `${method} ${one}`),
  );
  expect(described.sort()).toEqual([...routes, "get /openapi.json"].sort());
  expect(document.openapi).toBe("3.1.0");
});

test("describes what really comes back", async () => {
  const reading = Object.entries(document.paths)
    .filter(([, methods]) => "get" in methods)
    .map(([path]) => path);
  for (const path of reading.filter((one) => one !== "/v1/explain")) {
    expect(await check(GET, path)).toBe(200);
  }
  expect(await check(GET, "/v1/explain?name=www.example.com&client=192.0.2.1")).toBe(200);
  expect(await check(GET, "/v1/explain?name=nothing.example.com&client=192.0.2.1")).toBe(200);
  expect(await check(GET, "/v1/explain?name=www.example.com")).toBe(400);

  const drain = { action: "drain", selector: "198.51.100.10", for: "1h", reason: "r", by: "me" };
  expect(await check("POST", "/v1/overrides", drain)).toBe(200);
  expect(await check("POST", "/v1/overrides", { action: "up", selector: "dc=iad" })).toBe(200);
  expect(await check(GET, "/v1/overrides")).toBe(200);
  expect(await check(GET, "/v1/state")).toBe(200);
  expect(await check("POST", "/v1/overrides", { action: "drain", selector: "*" })).toBe(409);
  expect(await check("POST", "/v1/overrides", { action: "drain", selector: "nobody" })).toBe(404);
  expect(await check("POST", "/v1/overrides", { action: "drain" })).toBe(400);
  expect(await check("DELETE", "/v1/overrides", { selector: "*" })).toBe(200);
  expect(await check("DELETE", "/v1/overrides", { selector: "*" })).toBe(404);
  expect(await check("POST", "/v1/failback", { pool: "eu" })).toBe(404);
  expect(await check("POST", "/v1/reload", {})).toBe(200);
  expect(await check("POST", "/v1/reload", { remove: ["example.com"] })).toBe(200);
  expect(await check("POST", "/v1/reload", { remove: "example.com" })).toBe(400);
  rondo.writeZone("example.com.yaml", "zone: example.com.\nrecords: 7\n");
  expect(await check("POST", "/v1/reload", {})).toBe(200);
  expect(await check(GET, "/v1/state")).toBe(200);
});

test("writes one line of audit per write, with what was before and after", async () => {
  await check("POST", "/v1/overrides", {
    action: "up",
    selector: "pool=eu",
    by: "me",
    force: true,
  });
  await rondo.waitForOutput(/"action":"up"/);
  const line = rondo
    .output()
    .split("\n")
    .find((one) => one.includes('"selector":"pool=eu"'));
  expect(JSON.parse(line!)).toMatchObject({
    audit: true,
    action: "up",
    by: "me",
    source: "127.0.0.1",
    before: [],
    after: ["up pool=eu"],
  });
});
