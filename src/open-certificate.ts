import { X509Certificate } from "node:crypto";
import { type ListenSetting, usesTls } from "./config/server/listen-item.ts";
import type { TlsSettings } from "./config/server/tls-section.ts";
import type { Log } from "./log/log.ts";
import { type Certificate, readCertificate } from "./server/certificate.ts";
import { watchCertificate } from "./server/watch-certificate.ts";

export interface OpenedCertificate {
  readonly certificate: Certificate;
  /** From now on whoever is told has what is in the files. */
  follow(onChange: (certificate: Certificate) => void): void;
  close(): void;
}

/**
 * Reads the certificate that TLS is served with, if anything is.
 *
 * @throws CertificateError if it cannot be used
 */
export function openCertificate(
  { cert, key }: TlsSettings,
  listen: readonly ListenSetting[],
  log: Log,
): OpenedCertificate | undefined {
  if (cert === undefined || key === undefined || !listen.some(usesTls)) return undefined;
  const files = { cert, key };
  const certificate = readCertificate(files);
  tell(certificate, log);
  let close = (): void => {};
  return {
    certificate,
    follow(onChange) {
      const watch = watchCertificate({
        files,
        current: certificate,
        onChange: (changed) => {
          tell(changed, log);
          onChange(changed);
        },
        onProblem: (problem) =>
          log.error({ problem }, "new certificate not used, the one before stays in use"),
      });
      close = watch.close;
    },
    close: () => close(),
  };
}

function tell({ cert }: Certificate, log: Log): void {
  const { subjectAltName, subject, validTo } = new X509Certificate(cert);
  const fields = { names: subjectAltName ?? subject, validTo };
  if (Date.parse(validTo) < Date.now()) log.error(fields, "certificate in use has expired");
  else log.info(fields, "certificate in use");
}
