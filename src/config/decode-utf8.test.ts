import { expect, test } from "vitest";
import { decodeUtf8 } from "./decode-utf8.ts";
import { type Issue, renderIssue } from "./issue.ts";

test("decodeUtf8() reads text, without a byte order mark", () => {
  expect(decodeUtf8(Buffer.from("\ufeffzone: é\n"), "a.yaml")).toBe("zone: é\n");
});

test("decodeUtf8() points at the first octet that is no UTF-8, behind characters that look like it", () => {
  const octets = Buffer.concat([
    Buffer.from("\ufeffé: \ufffd\n# \ufffd\ncaf"),
    Buffer.from([0xe9]),
    Buffer.from(": 1\n"),
  ]);
  expect(renderIssue(decodeUtf8(octets, "a.yaml") as Issue)).toBe(
    "a.yaml:3:4: error: Not read: it is not UTF-8 text: found the octet 0xe9; save it as UTF-8\ncaf\ufffd: 1\n   ^",
  );
});

test("decodeUtf8() names the octet of a sequence that ends too soon", () => {
  expect(decodeUtf8(Buffer.from([0x61, 0xef, 0xbf]), "a.yaml")).toMatchObject({
    line: 1,
    column: 2,
    message: expect.stringContaining("0xef"),
  });
});

test("decodeUtf8() knows what Windows calls Unicode", () => {
  const octets = Buffer.from("\ufeffzone: a\n", "utf16le");
  expect(decodeUtf8(octets, "a.yaml")).toMatchObject({
    message: "Not read: it is UTF-16 text: save it as UTF-8",
  });
});
