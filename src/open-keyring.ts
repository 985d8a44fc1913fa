import { statSync } from "node:fs";
import { readOrdinaryFile } from "./config/read-ordinary-file.ts";
import { explainBadSecret, type KeySettings } from "./config/server/keys-section.ts";
import type { Log } from "./log/log.ts";
import { findAlgorithm } from "./tsig/algorithms.ts";
import { createKeyring, type Keyring } from "./tsig/keyring.ts";

/** Permissions of those who are neither the owner nor of the group. */
const OTHERS = 0o007;

/** No start: the file of a key holds no secret. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/**
 * The keys that are shared with other name servers.
 *
 * @throws KeyFileError if a file that is named holds no secret
 */
export function openKeyring(keys: readonly KeySettings[], log: Log): Keyring {
  return createKeyring(
    keys.map(({ name, algorithm, secret }) => ({
      name,
      algorithm: findAlgorithm(algorithm)!,
      secret: Buffer.from(
        "base64" in secret ? secret.base64 : readSecret(secret.file, log),
        "base64",
      ),
    })),
  );
}

function readSecret(path: string, log: Log): string {
  let written: string;
  try {
    written = readOrdinaryFile(path).trim();
    if ((statSync(path).mode & OTHERS) !== 0) {
      log.warn({ path }, "everybody on this machine can read the secret of a key: chmod o= it");
    }
  } catch (error) {
    throw new KeyFileError(`The file of a key cannot be read: ${(error as Error).message}`);
  }
  const problem = explainBadSecret(written);
  if (problem !== undefined) throw new KeyFileError(`${path} holds no key: the secret ${problem}`);
  return written;
}
