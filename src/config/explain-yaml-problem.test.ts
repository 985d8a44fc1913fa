import { expect, test } from "vitest";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";

const COLON = 'a ":" with a space behind it is missing after the key';

test.for([
  ["a:\n\tb: c\n", "indent with spaces"],
  ["a: { t: A v: 1 }\n", "a comma is missing between two keys"],
  ["a: { t: TXT, v: v=spf1 include:x: -all }\n", 'text with ": " in it needs quotes'],
  ["a:\n  t: A\n    v: 1\n", "the next line begins too far right"],
  ["a: b: c\n", 'text with ": " in it needs quotes'],
  ["a\n  t: A\n", COLON],
  ["a:\n  t: A\n  v 1\n", COLON],
  ["a: `b\n", "put the text in quotes"],
  ["a: { t: A\nb: { t: A }\n", 'a "}" is missing, here or in a line above'],
  ["a: [1, 2\nb: 1\n", 'a "]" is missing, here or in a line above'],
  ["a:\n    t: A\n   v: 1\n", "keys of one mapping begin below each other"],
  ["*.a: 1\n", 'a name with "*" needs quotes'],
  ["@: 1\n", 'the name "@" needs quotes'],
  ["a: { v: 2001:db8::, w: 1 }\n", "an IPv6 address that ends with a colon needs quotes"],
] as const)("parseYaml() says what to write instead of %j", ([text, advice]) => {
  const issues = new IssueList("a.yaml", text);
  expect(parseYaml(text, issues)).toBeUndefined();
  expect(issues.list()[0]?.message).toContain(advice);
});
