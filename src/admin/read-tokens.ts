import { readOrdinaryFile } from "../config/read-ordinary-file.ts";
import { AdminError } from "./admin-error.ts";
import type { Tokens } from "./token-guard.ts";

/** Shorter ones can be guessed. */
const MIN_LENGTH = 16;

/** @throws AdminError if a file that is named holds no token */
export function readTokens(files: {
  readonly tokenFile: string | undefined;
  readonly readTokenFile: string | undefined;
}): Tokens {
  return {
    write: readToken(files.tokenFile),
    read: readToken(files.readTokenFile),
  };
}

/** The same of one file. */
export function readToken(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let token: string;
  try {
    token = readOrdinaryFile(path).trim();
  } catch (error) {
    throw new AdminError(`The token file cannot be read: ${(error as Error).message}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token) || token.length < MIN_LENGTH) {
    throw new AdminError(
      `${path} holds no token: write at least ${MIN_LENGTH} letters and digits on one line`,
    );
  }
  return token;
}
