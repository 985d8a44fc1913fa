import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  CERTIFICATE_FILES,
  RENEWED_CERTIFICATE as renewed,
} from "../../test/support/secure-client.ts";
import { type Certificate, readCertificate } from "./certificate.ts";
import { type CertificateWatch, watchCertificate } from "./watch-certificate.ts";

let folder: string;
let files: { cert: string; key: string };
let changes: Certificate[];
let problems: string[];
let watch: CertificateWatch;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-watch-"));
  files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  put(readCertificate(CERTIFICATE_FILES));
  changes = [];
  problems = [];
  watch = watchCertificate({
    files,
    current: readCertificate(files),
    onChange: (changed) => changes.push(changed),
    onProblem: (problem) => problems.push(problem),
    // Only the tests look.
    intervalMs: 2 ** 30,
  });
});
afterEach(() => {
  watch.close();
  rmSync(folder, { recursive: true });
});

function put({ cert, key }: Partial<Certificate>): void {
  if (cert !== undefined) writeFileSync(files.cert, cert);
  if (key !== undefined) writeFileSync(files.key, key);
}

it("check() tells of a new pair once, and of nothing that stays as it was", async () => {
  await watch.check();
  put(renewed);
  await watch.check();
  await watch.check();
  expect(changes).toEqual([renewed]);
  put(renewed);
  await watch.check();
  expect([changes.length, problems]).toEqual([1, []]);
});

it("check() waits for the second file when one is replaced before the other", async () => {
  put({ cert: renewed.cert });
  await watch.check();
  expect([changes, problems]).toEqual([[], []]);
  put({ key: renewed.key });
  await watch.check();
  expect([changes, problems]).toEqual([[renewed], []]);
});

it("check() tells once of a pair that stays bad, and takes the next good one", async () => {
  put({ key: "nonsense" });
  for (let look = 0; look < 4; look++) await watch.check();
  expect(problems).toEqual([`${files.key} is no private key in PEM form, or an encrypted one`]);
  rmSync(files.cert);
  for (let look = 0; look < 3; look++) await watch.check();
  expect(problems[1]).toBe(`Cannot read ${files.cert}: ENOENT`);
  expect(changes).toEqual([]);
  put(renewed);
  await watch.check();
  expect([changes, problems.length]).toEqual([[renewed], 2]);
});

it("check() follows symbolic links that are moved on", async () => {
  for (const kind of ["cert", "key"] as const) {
    writeFileSync(join(folder, `new-${kind}`), renewed[kind]);
    renameSync(files[kind], join(folder, `old-${kind}`));
    symlinkSync(`old-${kind}`, files[kind]);
  }
  await watch.check();
  expect(changes).toEqual([]);
  for (const kind of ["cert", "key"] as const) {
    symlinkSync(`new-${kind}`, join(folder, "link"));
    renameSync(join(folder, "link"), files[kind]);
  }
  await watch.check();
  expect(changes).toEqual([renewed]);
  expect(readFileSync(files.cert, "utf8")).toBe(renewed.cert);
});
