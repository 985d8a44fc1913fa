import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { KeySettings } from "./config/server/keys-section.ts";
import { silentLog } from "./log/log.ts";
import { KeyFileError, openKeyring } from "./open-keyring.ts";
import { findKeyByText } from "./tsig/keyring.ts";

const SECRET = Buffer.from("0123456789abcdef0123456789abcdef");
let folder: string;
let warnings: object[];
const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-keys-"));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string, mode = 0o640): KeySettings {
  const file = join(folder, "key");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { name: "a.example.", algorithm: "hmac-sha512", secret: { file } };
}

test("openKeyring() reads secrets from the settings and from files", () => {
  const base64 = SECRET.toString("base64");
  const inline: KeySettings = { name: "b.example.", algorithm: "hmac-sha256", secret: { base64 } };
  const keyring = openKeyring([write(`${base64}\n`), inline], log);
  for (const [name, hash] of [
    ["A.example", "sha512"],
    ["b.example.", "sha256"],
  ] as const) {
    const key = findKeyByText(keyring, name)!;
    expect(Buffer.from(key.secret)).toEqual(SECRET);
    expect(key.algorithm.hash).toBe(hash);
  }
  expect(warnings).toEqual([]);
});

test("openKeyring() warns of a file that everybody can read", () => {
  const settings = write(SECRET.toString("base64"), 0o644);
  openKeyring([settings], log);
  expect(warnings).toEqual([{ path: join(folder, "key") }]);
});

test("openKeyring() takes no file without a secret, and shows none", () => {
  for (const text of ["", "c2hvcnQ=", "not base64, but secret"]) {
    let message = "";
    try {
      openKeyring([write(text)], log);
    } catch (error) {
      expect(error).toBeInstanceOf(KeyFileError);
      message = (error as Error).message;
    }
    expect(message).toContain(join(folder, "key"));
    if (text !== "") expect(message).not.toContain(text);
  }
  const missing = { file: join(folder, "none") };
  expect(() =>
    openKeyring([{ name: "a.", algorithm: "hmac-sha256", secret: missing }], log),
  ).toThrow(KeyFileError);
});
