import { expect, test } from "vitest";
import { renderIssues } from "../issue.ts";
import { readServerFile } from "../server-file.ts";

const SECRET = Buffer.from("0123456789abcdef").toString("base64");

function messages(text: string): string[] {
  return readServerFile(text, "rondo.yaml").issues.map(({ message }) => message);
}

test.for([
  ["a: { secret: 'YWJj' }", "secret is 3 octets long"],
  ["a: { secret: 'no base64' }", "secret must be base64"],
  ["a: { secret: YWJjZGVmZ2hpamtsbW5vcHFy= }", "secret must be base64"],
  ["a: { secret: 1234567890123456 }", "secret must be text"],
  ["a: {}", 'needs either "secret" or "secret_file"'],
  [`a: { secret: ${SECRET}, secret_file: k }`, 'needs either "secret" or "secret_file"'],
  [`a: { algorithm: hmac-md5, secret: ${SECRET} }`, "algorithm must be hmac-sha256"],
  [`"a b": { secret: ${SECRET} }`, "is no name of a key"],
  [`a..b: { secret: ${SECRET} }`, "is no name of a key"],
  [`a: { secret: ${SECRET} }\n  A.: { secret: ${SECRET} }`, "are the same key"],
])("keys refuses %s", ([keys, message]) => {
  expect(messages(`keys:\n  ${keys}`)).toEqual([expect.stringContaining(message!)]);
});

test("keys shows a secret to nobody, whatever is wrong on its line", () => {
  const text = `keys: { a: { secret: ${SECRET}x, algoritm: hmac-sha1 }, b c: { secret: ${SECRET} } }`;
  const rendered = renderIssues(readServerFile(text, "rondo.yaml").issues);
  expect(rendered).toContain("algoritm");
  expect(rendered).toContain("*".repeat(SECRET.length));
  expect(rendered).not.toContain(SECRET);
});

test("transfer names only keys that are there", () => {
  const text = `keys: { a: { secret: ${SECRET} } }
transfer: { allow: [{ key: A. }, { key: b }], notify: [{ address: 192.0.2.1, key: c }] }`;
  expect(messages(text)).toEqual([
    'there is no key "b." under "keys"',
    'there is no key "c." under "keys"',
  ]);
});

test.for([
  ["allow: [{}]", 'a mapping needs "prefix", "key" or both'],
  ["allow: [{ prefix: 192.0.2.0/33, key: a }]", "prefix"],
  ["allow: [localhost]", "allow"],
  ["notify: [{ key: a }]", 'needs the key "address"'],
  ["notify: [ns2.example.com]", "notify"],
])("transfer refuses %s", ([transfer, message]) => {
  const text = `keys: { a: { secret: ${SECRET} } }\ntransfer: { ${transfer} }`;
  expect(messages(text)).toEqual([expect.stringContaining(message!)]);
});

test.for([
  ["zone: a b", "is no name of a zone"],
  ["group: x", 'needs the key "zone"'],
  ["zone: c.example, group: ''", "group must be text of 1 to 255"],
  ["zone: c.example, allow: [{ key: none }]", "there is no key"],
])("catalog refuses %s", ([catalog, message]) => {
  expect(messages(`catalog: { ${catalog} }`)).toEqual([expect.stringContaining(message!)]);
});
