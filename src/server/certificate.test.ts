import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { CERTIFICATE_FILES } from "../../test/support/secure-client.ts";
import { CertificateError, readCertificate } from "./certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "rondo-certificate-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

it("readCertificate() reads a pair", () => {
  expect(readCertificate(CERTIFICATE_FILES)).toEqual({
    cert: readFileSync(CERTIFICATE_FILES.cert, "utf8"),
    key: readFileSync(CERTIFICATE_FILES.key, "utf8"),
  });
});

it("readCertificate() says what is wrong with which file", () => {
  const { cert, key } = CERTIFICATE_FILES;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = write("other.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  const encrypted = write(
    "encrypted.pem",
    privateKey
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
      .toString(),
  );
  const missing = join(folder, "missing.pem");
  const text = write("text.pem", "hello\n");
  const pipe = join(folder, "pipe.pem");
  execFileSync("mkfifo", [pipe]);
  const cases: [string, string, string][] = [
    [missing, key, `Cannot read ${missing}: ENOENT`],
    [cert, missing, `Cannot read ${missing}: ENOENT`],
    [folder, key, `${folder} is no ordinary file`],
    [pipe, key, `${pipe} is no ordinary file`],
    [text, key, `${text} is no certificate in PEM form`],
    [cert, text, `${text} is no private key in PEM form, or an encrypted one`],
    [cert, encrypted, `${encrypted} is no private key in PEM form, or an encrypted one`],
    [cert, other, `The key in ${other} is not that of the certificate in ${cert}`],
  ];
  for (const [certFile, keyFile, message] of cases) {
    const read = (): unknown => readCertificate({ cert: certFile, key: keyFile });
    const bad = certFile === cert ? keyFile : certFile;
    expect(read).toThrow(new CertificateError(bad, message));
  }
});
