import { stat } from "node:fs/promises";
import { type Certificate, type CertificateFiles, readCertificate } from "./certificate.ts";

export interface CertificateWatch {
  /** Looks at the files now. */
  check(): Promise<void>;
  close(): void;
}

export interface CertificateWatchOptions {
  readonly files: CertificateFiles;
  /** What is in use. */
  readonly current: Certificate;
  readonly onChange: (certificate: Certificate) => void;
  /** Told once of files that cannot be used, when they have stayed so between two looks: both are never written at once. */
  readonly onProblem: (problem: string) => void;
  /** Milliseconds between two looks. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 5000;

/** Follows the files of a certificate and its key, whatever replaces them: editors, symbolic links, renewal programs. */
export function watchCertificate(options: CertificateWatchOptions): CertificateWatch {
  const { files, onChange, onProblem, intervalMs = INTERVAL_MS } = options;
  let current = options.current;
  /** Of the look at which the files were as they are in use, or as they were told of. */
  let settled: string | undefined;
  let before: string | undefined;

  async function check(): Promise<void> {
    const seen = await describeFiles(files);
    const isSteady = seen === before;
    before = seen;
    if (seen === settled) return;
    try {
      const certificate = readCertificate(files);
      settled = seen;
      if (certificate.cert === current.cert && certificate.key === current.key) return;
      current = certificate;
      onChange(certificate);
    } catch (error) {
      if (!isSteady) return;
      settled = seen;
      onProblem((error as Error).message);
    }
  }

  const timer = setInterval(() => void check(), intervalMs).unref();
  return { check, close: () => clearInterval(timer) };
}

/** Changes with everything that may change what is read. */
async function describeFiles({ cert, key }: CertificateFiles): Promise<string> {
  const described = await Promise.all(
    [cert, key].map((file) =>
      stat(file).then(
        ({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs].join(" "),
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      ),
    ),
  );
  return described.join(", ");
}
