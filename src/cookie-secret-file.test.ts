import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { until } from "../test/support/until.ts";
import { COOKIE, CookieJar } from "./answer/cookie-jar.ts";
import {
  CookieSecretError,
  type CookieSecretFile,
  openCookieSecretFile,
} from "./cookie-secret-file.ts";
import type { Log } from "./log/log.ts";

const [OLD, NEW] = ["1".repeat(32), "2".repeat(32)];
const SOURCE = Uint8Array.of(192, 0, 2, 1);

let folder: string;
let path: string;
let lines: string[];
let opened: CookieSecretFile | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-cookies-"));
  path = join(folder, "secrets");
  lines = [];
  opened = undefined;
});
afterEach(() => {
  opened?.close();
  rmSync(folder, { recursive: true });
});

function open(text: string, pollMs?: number, mode = 0o640): CookieSecretFile {
  const add = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: add, info: add, warn: add, error: add };
  writeFileSync(path, text);
  chmodSync(path, mode);
  opened = openCookieSecretFile(path, log, pollMs);
  return opened;
}

/** A jar as a thread has it, and a cookie option that it has made. */
function fill({ secrets }: CookieSecretFile): { jar: CookieJar; option: Uint8Array } {
  const jar = new CookieJar({ secrets, isRequired: false, limitWithout: 1232 }, () => 0);
  jar.check(new Uint8Array(8), 0, 8, SOURCE, 4, 0);
  return { jar, option: Uint8Array.of(...new Uint8Array(8), ...jar.serverCookie) };
}

it("openCookieSecretFile() follows the file, and threads see it at once", async () => {
  const file = open(OLD);
  const { jar, option } = fill(file);
  const verdict = (): number => jar.check(option, 0, 24, SOURCE, 4, 0);
  writeFileSync(path, `${NEW}\n${OLD}\n`);
  await file.check();
  expect(verdict()).toBe(COOKIE.good);
  writeFileSync(path, NEW);
  await file.check();
  expect(verdict()).toBe(COOKIE.bad);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("cookie secrets changed");
});

it("openCookieSecretFile() keeps the secrets when the file goes bad or away, says so once, and goes on", async () => {
  const file = open(OLD);
  const { jar, option } = fill(file);
  writeFileSync(path, "oops");
  await file.check();
  await file.check();
  rmSync(path);
  await file.check();
  await file.check();
  expect(jar.check(option, 0, 24, SOURCE, 4, 0)).toBe(COOKIE.good);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("line 1 is not 32 hexadecimal digits");
  expect(lines[1]).toContain("ENOENT");
  writeFileSync(path, NEW);
  await file.check();
  expect(jar.check(option, 0, 24, SOURCE, 4, 0)).toBe(COOKIE.bad);
  expect(lines.join()).not.toMatch(/11111|22222|oops/);
});

it("openCookieSecretFile() looks at the file by itself", async () => {
  open(OLD, 5);
  writeFileSync(path, NEW);
  await until(() => lines.length > 0);
});

it("openCookieSecretFile() warns of a file that everybody can read", () => {
  open(OLD, undefined, 0o644);
  expect(lines).toEqual([expect.stringContaining("chmod o= it")]);
});

it("openCookieSecretFile() waits for no pipe, at the start or later", async () => {
  const file = open(OLD);
  rmSync(path);
  execFileSync("mkfifo", [path]);
  await file.check();
  expect(lines).toEqual([expect.stringContaining("it is no ordinary file")]);
  expect(() => openCookieSecretFile(path, {} as Log)).toThrow(/it is no ordinary file/);
});

it("openCookieSecretFile() refuses to start without a secret", () => {
  expect(() => open("# none\n")).toThrow(CookieSecretError);
  expect(() => open("# none\n")).toThrow(/secrets: it holds no secret/);
  rmSync(path);
  expect(() => openCookieSecretFile(path, {} as Log)).toThrow(/ENOENT/);
});
