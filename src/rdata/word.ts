/**
 * A word of rdata in presentation format, as master files have it (RFC 1035 §5.1).
 *
 * A word that begins with a quote ends with the next one that no backslash precedes; its text is what stands between.
 * Any other ends at white space. A quote in the middle of it (`alpn="h2,h3"`) opens a stretch in which white space is
 * part of the word, and stays in its text.
 */
export interface Word {
  /** As written: escapes (`\.`, `\"`, `\DDD`) are still in it. */
  readonly text: string;
  readonly quoted: boolean;
}

/** The words of a line; undefined if a quote is left open. Parentheses and semicolons are text like any other. */
export function splitWords(text: string): Word[] | undefined {
  const words: Word[] = [];
  let rest = 0;
  for (const match of text.matchAll(WORD)) {
    if (text.slice(rest, match.index).trim() !== "") return undefined;
    const [whole, inQuotes] = match;
    words.push({ text: inQuotes ?? whole, quoted: inQuotes !== undefined });
    rest = match.index + whole.length;
  }
  return text.slice(rest).trim() === "" ? words : undefined;
}

const WORD =
  /"((?:[^"\\]|\\[\s\S])*)"|(?:[^\s"\\]|\\[\s\S])(?:[^\s"\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*")*/g;

/** How the names among the words of a record are read: wire form, or what is wrong with it. */
export interface NameRule {
  readName(text: string, what: string): Uint8Array | string;
  /** The mailbox of an SOA or RP. */
  readMailbox(text: string, what: string): Uint8Array | string;
}

/** The words of a record on their way into its fields. */
export class WordCursor {
  readonly names: NameRule;
  readonly #words: readonly Word[];
  #taken: number;

  constructor(words: readonly Word[], names: NameRule) {
    this.#words = words;
    this.names = names;
    this.#taken = 0;
  }

  /** The next word; undefined behind the last. */
  take(): Word | undefined {
    const word = this.#words[this.#taken];
    if (word !== undefined) this.#taken += 1;
    return word;
  }

  /** The next word, which stays the next. */
  peek(): Word | undefined {
    return this.#words[this.#taken];
  }

  /** How many words have been taken. */
  get taken(): number {
    return this.#taken;
  }

  get left(): number {
    return this.#words.length - this.#taken;
  }

  /** Goes on behind so many words, whatever a field has taken. */
  moveTo(taken: number): void {
    this.#taken = Math.min(taken, this.#words.length);
  }
}
