import { systemClock } from "./clock/clock.ts";
import { type ListenSetting, usesTls } from "./config/server/listen-item.ts";
import type { TlsSettings } from "./config/server/tls-section.ts";
import { followExpiry } from "./follow-expiry.ts";
import type { Log } from "./log/log.ts";
import { type Certificate, readCertificate } from "./server/certificate.ts";
import { type CertificateLife, readCertificateLife } from "./server/certificate-life.ts";
import { watchCertificate } from "./server/watch-certificate.ts";

export interface OpenedCertificate {
  readonly certificate: Certificate;
  /** Of the one in use. */
  life(): CertificateLife;
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
  let life = readCertificateLife(certificate);
  const tell = (): void => {
    log.info(
      { names: life.names, expires: new Date(life.expiresAt).toISOString() },
      "certificate in use",
    );
  };
  tell();
  const endExpiry = followExpiry({
    read: () => life,
    clock: systemClock,
    wallNow: Date.now,
    log,
  });
  let close = (): void => {};
  return {
    certificate,
    life: () => life,
    follow(onChange) {
      const watch = watchCertificate({
        files,
        current: certificate,
        onChange: (changed) => {
          life = readCertificateLife(changed);
          tell();
          onChange(changed);
        },
        onProblem: (problem) =>
          log.error({ problem }, "new certificate not used, the one before stays in use"),
      });
      close = watch.close;
    },
    close: () => {
      endExpiry();
      close();
    },
  };
}
