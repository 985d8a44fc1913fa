import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonSchema } from "../../src/config/describe.ts";
import { describeZoneFile } from "../../src/config/zone-schema.ts";
import { validate } from "../support/validate-schema.ts";
import { listZoneIssues } from "../support/zone-issues.ts";
import { ROOT } from "./source-tree.ts";

const manual = readFileSync(join(ROOT, "docs/zone-file.md"), "utf8");
const snippets = [...manual.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

/** Parts of a file get the envelope that is left out around them. */
function complete(snippet: string): string {
  const zone = /^zone:/m.test(snippet) ? "" : "zone: example.com.\n";
  const ns = '  "@": { type: NS, values: [ns1.example.net., ns2.example.net.] }\n';
  if (/^secondary:/m.test(snippet)) return snippet;
  if (!/^records:/m.test(snippet)) return `${zone}${snippet}records:\n${ns}`;
  return (
    zone +
    (snippet.includes("type: NS, ttl")
      ? snippet
      : snippet.replace(/^records:\n/m, `records:\n${ns}`))
  );
}

test("the manual of the zone file has snippets", () => {
  expect(snippets.length).toBeGreaterThan(10);
});

test.for(snippets.map((snippet, i) => [i + 1, snippet] as const))(
  "snippet %i of the manual loads without a word",
  ([, snippet]) => {
    const issues = listZoneIssues(complete(snippet));
    // A part of a file cannot use all that it shows.
    expect(
      issues.filter((issue) => !issue.endsWith("is used by no rule, and by no pool that is")),
    ).toEqual([]);
  },
);

test("the manual of the zone file names every key", () => {
  const keys = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const { properties } = part as JsonSchema;
    for (const key of Object.keys(properties ?? {})) keys.add(key);
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(describeZoneFile());
  expect(keys.size).toBeGreaterThan(50);
  const prose = manual.replace(/^```[\s\S]*?^```$/gm, "");
  expect(
    [...keys].filter((key) => !prose.includes(`\`${key}\``) && !prose.includes(`\`${key}:`)),
  ).toEqual([]);
});

test("the schema of the zone file accepts every snippet of its manual", () => {
  for (const snippet of snippets) {
    expect(validate(describeZoneFile(), parse(complete(snippet)))).toBeUndefined();
  }
});
