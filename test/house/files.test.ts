import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { combineDatabases } from "../../src/geo/combine-databases.ts";
import { readZones } from "../../src/loader/read-zones.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import { ROOT } from "./source-tree.ts";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

test("the README's npm commands exist", () => {
  const scripts = new Set(
    [...readme.matchAll(/npm (?:run )?(\w+)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "ci"),
  );
  expect([...scripts]).toEqual(expect.arrayContaining(["start", "test"]));
  for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
});

test.for([
  "README.md",
  "docs/ARCHITECTURE.md",
  "docs/server-file.md",
  "SECURITY.md",
  "CHANGELOG.md",
])("the links of %s lead to files that exist", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target);
  const missing = links
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(resolve(ROOT, file, "..", target)));
  expect(missing).toEqual([]);
});

test("the zone files that come with rondo load without an error or a warning", async () => {
  const { zones, issues } = await readZones(
    { kind: "folder", path: join(ROOT, "zones") },
    { table: combineDatabases([]), version: 0 },
    pathToFileURL(join(ROOT, "dist/loader/load-worker.js")),
  );
  expect(issues).toEqual([]);
  expect(zones.map((zone) => zone.name)).toContain("gslb.example.com.");
});

test("the zone files that come with rondo point to nobody but this machine", () => {
  for (const file of ["demo.yaml", "static.yaml"]) {
    const text = readFileSync(join(ROOT, "zones", file), "utf8").replace(/#.*$/gm, "");
    const addresses = [...text.matchAll(/\b\d+\.\d+\.\d+\.\d+\b/g)].map(([address]) => address);
    expect(addresses.filter((address) => !address.startsWith("127."))).toEqual([]);
  }
});

test("direct dependencies are ten at most, exact, and run no install script", () => {
  const { dependencies, optionalDependencies } = manifest;
  const direct = { ...dependencies, ...optionalDependencies };
  expect(Object.keys(direct).length).toBeLessThanOrEqual(10);
  for (const version of Object.values(direct)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    expect(lock.packages[`node_modules/${name}`].hasInstallScript, name).toBeUndefined();
  }
});

test("the zone file in the README loads without an error or a warning", () => {
  const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  const { zone, issues } = loadZone(text, { file: "README.md", changedAt: 1 });
  expect(issues).toEqual([]);
  expect(zone).toBeDefined();
});
