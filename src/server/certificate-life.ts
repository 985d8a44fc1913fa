import { X509Certificate } from "node:crypto";
import type { Certificate } from "./certificate.ts";

/** Whom a certificate is for, and until when. */
export interface CertificateLife {
  /** As it says: `DNS:ns1.example.net, IP Address:192.0.2.53`, or its subject. */
  readonly names: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** From here on the end of a certificate is told of: whoever renews on time has done it by then. */
export const SOON_MS: number = 14 * 86_400_000;

/** Of the certificate itself, not of those that lead from it to an authority. */
export function readCertificateLife({ cert }: Pick<Certificate, "cert">): CertificateLife {
  const { subjectAltName, subject, validTo } = new X509Certificate(cert);
  return { names: subjectAltName ?? subject, expiresAt: Date.parse(validTo) };
}
