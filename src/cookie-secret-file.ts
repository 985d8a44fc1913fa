import { readFileSync, type Stats, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createCookieSecrets, replaceCookieSecrets } from "./answer/cookie-secrets.ts";
import { parseCookieSecrets } from "./config/cookie-secrets.ts";
import type { Log } from "./log/log.ts";

/** The secrets cannot be had. The message is one line for the operator. */
export class CookieSecretError extends Error {
  override readonly name = "CookieSecretError";
}

/** The secrets of a file, shared with all threads, as long as the server runs. */
export interface CookieSecretFile {
  readonly secrets: SharedArrayBuffer;
  /** Looks at the file now; one that is bad leaves the secrets as they were, with a line in the log. */
  check(): Promise<void>;
  close(): void;
}

const POLL_MS = 5000;
/** Permissions of those who are neither the owner nor of the group. */
const OTHERS = 0o007;

/**
 * Reads a file of secrets, and again whenever it has changed.
 *
 * @param pollMs time between looks at it, in milliseconds
 * @throws CookieSecretError if it holds none
 */
export function openCookieSecretFile(
  path: string,
  log: Log,
  pollMs: number = POLL_MS,
): CookieSecretFile {
  let seen = "";
  const first = parse(() => {
    const file = refuseOthers(statSync(path));
    if ((file.mode & OTHERS) !== 0) {
      log.warn({ path }, "everybody on this machine can read the cookie secrets: chmod o= it");
    }
    seen = readFileSync(path, "utf8");
    return seen;
  });
  if (typeof first === "string") {
    throw new CookieSecretError(`No cookie secrets in ${path}: ${first}`);
  }
  const secrets = createCookieSecrets(first);

  async function check(): Promise<void> {
    // What cannot be read is a change, too, and told of once.
    const found = await stat(path)
      .then(refuseOthers)
      .then(() => readFile(path, "utf8"))
      .catch((error: Error) => error);
    const text = typeof found === "string" ? found : found.message;
    if (text === seen) return;
    seen = text;
    const changed = typeof found === "string" ? parseCookieSecrets(found) : found.message;
    if (typeof changed === "string") {
      log.error({ path, problem: changed }, "cookie secrets not changed");
      return;
    }
    replaceCookieSecrets(secrets, changed);
    log.info({ path, secrets: changed.length }, "cookie secrets changed");
  }

  const timer = setInterval(() => void check(), pollMs).unref();
  return { secrets, check, close: () => clearInterval(timer) };
}

/** Throws for anything but an ordinary file: a pipe would be waited for for ever. */
function refuseOthers(file: Stats): Stats {
  if (!file.isFile()) throw new Error("it is no ordinary file");
  return file;
}

function parse(read: () => string): readonly Uint8Array[] | string {
  try {
    return parseCookieSecrets(read());
  } catch (error) {
    return (error as Error).message;
  }
}
