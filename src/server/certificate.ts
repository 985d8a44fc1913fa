import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** What TLS is served with, as PEM. */
export interface Certificate {
  /** The certificate, then those that lead from it to an authority. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its key.
 *
 * @throws CertificateError that says which file is bad, and why
 */
export function readCertificate(files: CertificateFiles): Certificate {
  const cert = read(files.cert);
  const key = read(files.key);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    throw new CertificateError(files.cert, `${files.cert} is no certificate in PEM form`);
  }
  let isPair: boolean;
  try {
    isPair = certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new CertificateError(
      files.key,
      `${files.key} is no private key in PEM form, or an encrypted one`,
    );
  }
  if (!isPair) {
    throw new CertificateError(
      files.key,
      `The key in ${files.key} is not that of the certificate in ${files.cert}`,
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new CertificateError(
      files.cert,
      `${files.cert} cannot be served: ${(error as Error).message}`,
    );
  }
  return { cert, key };
}

/** A certificate or key that cannot be used. The message is one line for the operator. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
  /** The one of the two files that is bad. */
  readonly file: string;

  constructor(file: string, message: string) {
    super(message);
    this.file = file;
  }
}

function read(file: string): string {
  try {
    // A pipe would be waited for for ever.
    if (!statSync(file).isFile()) throw new CertificateError(file, `${file} is no ordinary file`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError(
      file,
      `Cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}
