import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_SERVER_SETTINGS, readServerFile } from "../../src/config/server-file.ts";
import { ROOT } from "./source-tree.ts";

const manual = readFileSync(join(ROOT, "docs/server-file.md"), "utf8");
const snippets = [...manual.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const [defaults = "", complete = ""] = snippets;

/** `token_file` and `admin.token_file` for `{ admin: { tokenFile } }`. */
function listKeys(settings: object, path = ""): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const key = `${path}${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    const isSection = typeof value === "object" && !Array.isArray(value) && name !== "zones";
    return isSection ? [key, ...listKeys(value, `${key}.`)] : [key];
  });
}

const keys = listKeys(DEFAULT_SERVER_SETTINGS);

test.for(snippets.map((snippet, i) => [i + 1, snippet] as const))(
  "snippet %i of the manual of the server file is understood",
  ([, snippet]) => {
    const { settings, issues } = readServerFile(snippet, "rondo.yaml");
    expect(issues).toEqual([]);
    expect(settings).toBeDefined();
  },
);

test("the manual's first snippet holds the defaults", () => {
  const { settings } = readServerFile(defaults, "rondo.yaml");
  expect(settings).toEqual(readServerFile("", "rondo.yaml").settings);
  expect(Object.keys(parse(defaults))).toEqual(Object.keys(DEFAULT_SERVER_SETTINGS));
});

test("the manual's second snippet sets every key, and none to its default", () => {
  const { settings } = readServerFile(complete, "rondo.yaml");
  const valueAt = (root: object, key: string): unknown =>
    key.split(".").reduce<unknown>((node, name) => {
      const property = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return (node as Record<string, unknown>)[property];
    }, root);
  expect(keys).toEqual(expect.arrayContaining(["listen", "admin.token_file", "explain.allow"]));
  const unset = keys.filter(
    (key) =>
      JSON.stringify(valueAt(settings!, key)) ===
      JSON.stringify(valueAt(DEFAULT_SERVER_SETTINGS, key)),
  );
  expect(unset).toEqual([]);
});

test("every key of the server file has a row in its manual", () => {
  const rows = [...manual.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  expect(rows.toSorted()).toEqual(keys.map((key) => key.split(".").at(-1)).toSorted());
});
