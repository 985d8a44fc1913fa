import { readToken } from "../admin/read-tokens.ts";
import { parseCookieSecrets } from "../config/cookie-secrets.ts";
import { readOrdinaryFile } from "../config/read-ordinary-file.ts";
import { explainBadSecret } from "../config/server/keys-section.ts";
import type { NamedFile } from "../config/server/named-files.ts";
import { CertificateError, readCertificate } from "../server/certificate.ts";
import { readCertificateLife, SOON_MS } from "../server/certificate-life.ts";

/**
 * Why a file that a start reads is of no use to it, or soon to its clients, and what to do; undefined if it is. Shows no secret.
 *
 * @param now in milliseconds since 1970
 */
export function findFileProblem(file: NamedFile, now: number = Date.now()): string | undefined {
  const problem = explain(file);
  if (problem === undefined) return file.use === "certificate" ? explainEnd(file, now) : undefined;
  return `"rondo serve" does not start with this file: ${problem}; it has to be there, whole, and readable for the user that serves`;
}

function explainEnd(file: { readonly cert: string }, now: number): string | undefined {
  let expiresAt: number;
  try {
    ({ expiresAt } = readCertificateLife({ cert: readOrdinaryFile(file.cert) }));
  } catch {
    // Told of where the key is named.
    return undefined;
  }
  if (expiresAt - now > SOON_MS) return undefined;
  const verb = expiresAt > now ? "expires" : "has expired";
  return `the certificate ${verb} on ${new Date(expiresAt).toISOString().slice(0, 10)}: renew it`;
}

function explain(file: NamedFile): string | undefined {
  try {
    switch (file.use) {
      case "certificate":
      case "certificate key":
        readCertificate(file);
        return undefined;
      case "cookie secrets": {
        const secrets = parseCookieSecrets(readOrdinaryFile(file.path));
        return typeof secrets === "string" ? `${file.path}: ${secrets}` : undefined;
      }
      case "key": {
        const problem = explainBadSecret(readOrdinaryFile(file.path).trim());
        return problem === undefined ? undefined : `${file.path}: the secret ${problem}`;
      }
      case "token":
        readToken(file.path);
        return undefined;
    }
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof CertificateError) || !("cert" in file)) return message;
    // What is wrong with one of a pair is told of where that one is named.
    return error.file === (file.use === "certificate" ? file.cert : file.key) ? message : undefined;
  }
}
