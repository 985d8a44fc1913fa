/**
 * Who may do what: bearer tokens, compared in constant time, and a limit on guessing.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock/clock.ts";

/** `read` sees everything and changes nothing. */
export type Right = "read" | "write";

export interface Tokens {
  readonly write: string | undefined;
  readonly read: string | undefined;
}

export type Admission =
  | { readonly kind: "admitted"; readonly by: Right | "anyone" }
  | { readonly kind: "unauthorized" }
  | { readonly kind: "forbidden" }
  /** One wrong token too many from there; seconds until the next may be tried. */
  | { readonly kind: "locked-out"; readonly retryAfter: number };

const MAX_BAD = 10;
const WINDOW_MS = 60_000;
/** More sources than this are not told apart: the oldest is forgotten. */
const MAX_SOURCES = 1024;

interface Guesses {
  count: number;
  readonly since: number;
}

export class TokenGuard {
  readonly #write: Buffer | undefined;
  readonly #read: Buffer | undefined;
  readonly #clock: Clock;
  readonly #guesses = new Map<string, Guesses>();

  /** Without any token everybody who reaches the listener is admitted. */
  constructor(tokens: Tokens, clock: Clock) {
    this.#write = tokens.write === undefined ? undefined : digest(tokens.write);
    this.#read = tokens.read === undefined ? undefined : digest(tokens.read);
    this.#clock = clock;
  }

  /**
   * @param authorization the header
   * @param source whose guesses are counted together
   */
  admit(authorization: string | undefined, right: Right, source: string): Admission {
    if (this.#write === undefined && this.#read === undefined) {
      return { kind: "admitted", by: "anyone" };
    }
    if (authorization === undefined) return { kind: "unauthorized" };
    const [, token = ""] = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(authorization) ?? [];
    const given = digest(token);
    // Both are always compared, so that the time tells nothing of which one is close.
    const isWrite = this.#write !== undefined && timingSafeEqual(given, this.#write);
    const isRead = this.#read !== undefined && timingSafeEqual(given, this.#read);
    if (isWrite) return { kind: "admitted", by: "write" };
    if (isRead) return right === "read" ? { kind: "admitted", by: "read" } : { kind: "forbidden" };
    // Only here: others who share the source, such as a proxy's address, must not lock out who has the token.
    const locked = this.#noteBad(source, this.#clock.now());
    return locked > 0
      ? { kind: "locked-out", retryAfter: Math.ceil(locked / 1000) }
      : { kind: "unauthorized" };
  }

  /** @returns how many milliseconds no more are looked at from there; 0: this one was */
  #noteBad(source: string, now: number): number {
    const guesses = this.#guesses.get(source);
    const left = guesses === undefined ? 0 : guesses.since + WINDOW_MS - now;
    if (guesses !== undefined && left > 0) {
      guesses.count++;
      return guesses.count > MAX_BAD ? left : 0;
    }
    this.#guesses.delete(source);
    if (this.#guesses.size >= MAX_SOURCES) {
      const [oldest] = this.#guesses.keys();
      this.#guesses.delete(oldest!);
    }
    this.#guesses.set(source, { count: 1, since: now });
    return 0;
  }
}

/** Equal lengths whatever the token. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
