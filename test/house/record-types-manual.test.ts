import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RDATA_LAYOUTS } from "../../src/rdata/rdata-layouts.ts";
import { formatType, isDataType, listTypes, parseType } from "../../src/wire/rr-types.ts";
import { listZoneIssues } from "../support/zone-issues.ts";
import { ROOT } from "./source-tree.ts";

const manual = readFileSync(join(ROOT, "docs/record-types.md"), "utf8");
const ROWS = [...manual.matchAll(/^\| `(\S+)` \| .* \| .* \| `(.+)` \| (.*) \|$/gm)].map(
  ([, type = "", example = "", keys = ""]) => ({
    type,
    example: example.replaceAll("\\|", "|"),
    keys: [...keys.matchAll(/`([^`]+)`/g)].map(([, key]) => key),
  }),
);

const HEAD = `zone: example.net.
records:
  "": [{ type: NS, values: [ns1.example.org., ns2.example.org.] }, { type: SOA, value: ns1.example.org. . 1 2 3 4 5 }]
`;

test("the manual of the record types has a row per type with a form of its own", () => {
  expect(ROWS.map(({ type }) => type)).toEqual([...RDATA_LAYOUTS.keys()].map(formatType));
});

test("the manual of the record types names all others, too", () => {
  const others = listTypes().filter((type) => !ROWS.some((row) => row.type === type));
  const prose = manual.slice(manual.lastIndexOf("|\n\n"));
  expect(others.filter((type) => type !== "ALIAS" && !prose.includes(`\`${type}\``))).toEqual([]);
});

test.for(ROWS)(
  "the example of $type loads, and its keys are the type's",
  ({ type, example, keys }) => {
    const number = parseType(type) ?? 0;
    expect(isDataType(number)).toBe(true);
    const names = RDATA_LAYOUTS.get(number)?.keys.map((key) => key.keys[0]) ?? [];
    expect(keys).toEqual(names.length > 1 ? names : []);
    if (type === "SOA") return;
    const text = `${HEAD}  x: { type: "${type}", value: ${JSON.stringify(example)} }\n`;
    const issues = listZoneIssues(text);
    expect(issues.filter((issue) => issue.includes("error"))).toEqual([]);
  },
);

test.for([...manual.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text))(
  "a snippet of the manual of the record types loads without a word",
  (snippet) => {
    expect(listZoneIssues(`${HEAD}${snippet.replace("records:\n", "")}`)).toEqual([]);
  },
);
