import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./source-tree.ts";

test("every file that docs/rfc.md names exists", () => {
  const text = readFileSync(join(ROOT, "docs/rfc.md"), "utf8");
  const paths = [...text.matchAll(/\]\(([^)#\s]+)/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith("https:"));
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(resolve(ROOT, "docs", path)))).toEqual([]);
});
