/**
 * The secrets of server cookies, shared by all threads: the main thread writes, the others read. There are two banks, of which
 * one holds; a change is written to the other one and then takes effect at once.
 */

/** A new one, an old one, and a few more for those who are in a hurry. */
export const MAX_COOKIE_SECRETS = 8;
/** Of a secret: the key of SipHash. */
export const COOKIE_SECRET_OCTETS = 16;

const SECRET_WORDS = COOKIE_SECRET_OCTETS / 4;
const BANK_WORDS = 1 + MAX_COOKIE_SECRETS * SECRET_WORDS;
/** Which bank holds, 0 or 1; the banks follow. */
const CURRENT_WORD = 0;

/** @param secrets as {@link replaceCookieSecrets} takes them */
export function createCookieSecrets(secrets: readonly Uint8Array[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(4 * (1 + 2 * BANK_WORDS));
  replaceCookieSecrets(buffer, secrets);
  return buffer;
}

/** @param secrets 1 to 8 of 16 octets each; the first makes cookies, all verify them */
export function replaceCookieSecrets(
  buffer: SharedArrayBuffer,
  secrets: readonly Uint8Array[],
): void {
  const words = new Uint32Array(buffer);
  const next = 1 - Atomics.load(words, CURRENT_WORD);
  let at = 1 + next * BANK_WORDS;
  words[at++] = secrets.length;
  for (const secret of secrets) {
    const view = new DataView(secret.buffer, secret.byteOffset, COOKIE_SECRET_OCTETS);
    for (let i = 0; i < SECRET_WORDS; i++) words[at++] = view.getUint32(4 * i, true);
  }
  Atomics.store(words, CURRENT_WORD, next);
}

/** A thread's view of them. */
export class CookieSecrets {
  /** What `secretAt()` points into, for `sipHash24()`. */
  readonly words: Uint32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Uint32Array(buffer);
  }

  /** @returns the bank that holds now, for the other two */
  currentBank(): number {
    return 1 + Atomics.load(this.words, CURRENT_WORD) * BANK_WORDS;
  }

  countIn(bank: number): number {
    return this.words[bank]!;
  }

  secretAt(bank: number, number: number): number {
    return bank + 1 + number * SECRET_WORDS;
  }
}
