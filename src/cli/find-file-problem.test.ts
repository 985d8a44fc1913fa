import { expect, it } from "vitest";
import { CERTIFICATE_FILES } from "../../test/support/secure-client.ts";
import { readCertificate } from "../server/certificate.ts";
import { readCertificateLife } from "../server/certificate-life.ts";
import { findFileProblem } from "./find-file-problem.ts";

it("findFileProblem() tells of a certificate that ends soon, or has ended, once for the pair", () => {
  const { expiresAt } = readCertificateLife(readCertificate(CERTIFICATE_FILES));
  const day = 86_400_000;
  const date = new Date(expiresAt).toISOString().slice(0, 10);
  const find = (use: "certificate" | "certificate key", now: number): string | undefined =>
    findFileProblem({ use, ...CERTIFICATE_FILES }, now);
  expect(find("certificate", expiresAt - 15 * day)).toBeUndefined();
  expect(find("certificate", expiresAt - 13 * day)).toBe(
    `the certificate expires on ${date}: renew it`,
  );
  expect(find("certificate", expiresAt + 1)).toBe(
    `the certificate has expired on ${date}: renew it`,
  );
  expect(find("certificate key", expiresAt + 1)).toBeUndefined();
});
