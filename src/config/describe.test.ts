import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { validate } from "../../test/support/validate-schema.ts";
import { schemaOf } from "./describe.ts";
import { describeZoneFile } from "./zone-schema.ts";

const schema = describeZoneFile();
const sample = readFileSync(
  new URL("../../test/support/sample-zone.yaml", import.meta.url),
  "utf8",
);
const check = (text: string): string | undefined => validate(schema, parse(text));

it("describeZoneFile() accepts the sample zone, and refuses it after each of these edits", () => {
  expect(check(sample)).toBeUndefined();
  for (const [from, to, problem] of [
    ["weight: 3", "wieght: 3", "/pools/eu/values"],
    ["weight: 3", "weight: 1001", "/pools/eu/values"],
    ["protocol: HTTPS", "protocol: HTTPSS", "/healthchecks/web/protocol"],
    ["protocol: HTTPS", "protocol: GRPC", "/healthchecks/web/protocol"],
    ["    protocol: HTTPS", "    method: GET", "protocol is missing"],
    ["interval: 5s", "interval: 5 s", "/healthchecks/web/interval"],
    ["zone: gslb", "zoned: gslb", "zone is missing"],
    ["coords: [50.11, 8.68]", "coords: [50.11]", "/datacenters/fra/coords"],
    ["coords: [50.11, 8.68]", "coords: [91, 8.68]", "/datacenters/fra/coords"],
    ["policy: nearest", "policy: sticky", "policy"],
    ["type: [A, AAAA]", "type: []", "type"],
    ["status: down", "status: donw", "/pools/na/values"],
  ] as const) {
    expect(sample).toContain(from);
    expect(check(sample.replace(from, to)), to).toContain(problem);
  }
});

it.each([
  "pools: { p: { values: [{ pool: q, weight: 1 }], min_healthy: 50%, failback: { manual: true }, slow_start: 1m, all_down: { values: x, ttl: 5 } } }",
  "pools: { p: { values: x, min_healthy: 2, all_down: last } }",
  "networks: { 192.0.2.0/24: { asn: AS1 }, 198.51.100.0/24: { asn: 1 } }",
  "ttl: 1d",
  "soa: { serial: auto }",
  "soa: { serial: 7 }",
  "import: a.db",
])("describeZoneFile() accepts %s", (text) => {
  expect(check(`zone: a.\nrecords: {}\n${text}`)).toBeUndefined();
});

it.each([
  "pools: { p: { values: [] } }",
  "pools: { p: { values: x, min_healthy: 0 } }",
  "pools: { p: { values: x, min_healthy: half } }",
  "pools: { p: { values: x, all_down: shut } }",
  "networks: { 192.0.2.0/24: { asn: ASx } }",
  "ttl: 1y",
  "ttl: -1",
  "soa: { serial: now }",
  "import: [a.db]",
])("describeZoneFile() refuses %s", (text) => {
  expect(check(`zone: a.\nrecords: {}\n${text}`)).toBeDefined();
});

it("describeZoneFile() has every part once, and schemaOf() knows every decoder", () => {
  const { $defs: parts } = schema;
  expect(Object.keys(parts as object)).toEqual(
    expect.arrayContaining(["rule", "pool", "health-check", "record", "value-of-a-pool"]),
  );
  expect(JSON.stringify(schema).length).toBeLessThan(20_000);
  expect(() => schemaOf(() => undefined)).toThrow("without a description");
});
