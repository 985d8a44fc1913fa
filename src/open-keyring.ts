import { readFileSync } from "node:fs";
import { explainBadSecret, type KeySettings } from "./config/server/keys-section.ts";
import { findAlgorithm } from "./tsig/algorithms.ts";
import { createKeyring, type Keyring } from "./tsig/keyring.ts";

/** No start: the file of a key holds no secret. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/**
 * The keys that are shared with other name servers.
 *
 * @throws KeyFileError if a file that is named holds no secret
 */
export function openKeyring(keys: readonly KeySettings[]): Keyring {
  return createKeyring(
    keys.map(({ name, algorithm, secret }) => ({
      name,
      algorithm: findAlgorithm(algorithm)!,
      secret: Buffer.from("base64" in secret ? secret.base64 : readSecret(secret.file), "base64"),
    })),
  );
}

function readSecret(path: string): string {
  let written: string;
  try {
    written = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new KeyFileError(`The file of a key cannot be read: ${(error as Error).message}`);
  }
  const problem = explainBadSecret(written);
  if (problem !== undefined) throw new KeyFileError(`${path} holds no key: the secret ${problem}`);
  return written;
}
