/** What a master file consists of (RFC 1035 §5.1). */
export const TOKEN = {
  /** Text without quotes. */
  word: 0,
  /** Text between two quotes. */
  quoted: 1,
  /** The end of a line that no parenthesis continues. */
  lineEnd: 2,
  fileEnd: 3,
  /** A quote that the line leaves open. */
  openQuote: 4,
  /** A closing parenthesis without an opening one. */
  strayParenthesis: 5,
} as const;

export type Token = (typeof TOKEN)[keyof typeof TOKEN];

/** What an octet means between words. */
const PLAIN = 0;
const BLANK = 1;
const NEWLINE = 2;
const COMMENT = 3;
const OPEN = 4;
const CLOSE = 5;
const QUOTE = 6;
const BACKSLASH = 7;

const KINDS: Uint8Array = new Uint8Array(256);
for (const [text, kind] of [
  [" \t", BLANK],
  ["\n\r", NEWLINE],
  [";", COMMENT],
  ["(", OPEN],
  [")", CLOSE],
  ['"', QUOTE],
  ["\\", BACKSLASH],
] as const) {
  for (const character of text) KINDS[character.charCodeAt(0)] = kind;
}

const EQUALS = 0x3d;
const LF = 0x0a;
const CR = 0x0d;
const DOUBLE_QUOTE = 0x22;
const ESCAPE = 0x5c;

/**
 * Cuts the octets of a master file into tokens. One object for a whole file and no allocation per token: what was found
 * last stands in the fields.
 */
export class Scanner {
  readonly octets: Uint8Array;
  /** Where the next token is looked for. */
  at = 0;
  /** The last token. */
  token: Token = TOKEN.lineEnd;
  /** The text of the last token, without its quotes: its first octet and the one behind it. */
  start = 0;
  stop = 0;
  /** Whether a backslash is in it. */
  escaped = false;
  /** Parentheses that are open, and where the first of them stands. */
  depth = 0;
  opened = 0;
  /** Whether a quote behind `=` belongs to the word, as in `alpn="h2,h3"`. */
  joinsPairs = false;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    // A byte order mark, as editors on Windows leave it.
    if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) this.at = 3;
  }

  /** Whether the line that begins here begins with white space. */
  get startsBlank(): boolean {
    return KINDS[this.octets[this.at] ?? LF] === BLANK;
  }

  /** The next token. The end of the file comes again and again. */
  next(): Token {
    this.token = this.#scan();
    return this.token;
  }

  /** Goes on behind the end of the line that the last token is in or ends. */
  skipLine(): void {
    while (this.token !== TOKEN.lineEnd && this.token !== TOKEN.fileEnd) this.next();
  }

  #scan(): Token {
    const { octets } = this;
    const { length } = octets;
    let { at } = this;
    for (;;) {
      if (at >= length) {
        this.at = this.start = this.stop = length;
        return TOKEN.fileEnd;
      }
      switch (KINDS[octets[at]!]!) {
        case BLANK:
          at += 1;
          continue;
        case NEWLINE:
          if (this.depth > 0) {
            at += 1;
            continue;
          }
          this.start = this.stop = at;
          // A line may end as on Unix, on Windows, or on old Macs.
          this.at = at + (octets[at] === CR && octets[at + 1] === LF ? 2 : 1);
          return TOKEN.lineEnd;
        case COMMENT:
          at = this.#skipComment(at);
          continue;
        case OPEN:
          if (this.depth === 0) this.opened = at;
          this.depth += 1;
          at += 1;
          continue;
        case CLOSE:
          at += 1;
          if (this.depth > 0) {
            this.depth -= 1;
            continue;
          }
          this.start = at - 1;
          this.stop = this.at = at;
          return TOKEN.strayParenthesis;
        case QUOTE:
          return this.#readQuoted(at);
        default:
          return this.#readWord(at);
      }
    }
  }

  #skipComment(from: number): number {
    const { octets } = this;
    let at = from;
    while (at < octets.length && KINDS[octets[at]!] !== NEWLINE) at += 1;
    return at;
  }

  #readWord(from: number): Token {
    const { octets } = this;
    const { length } = octets;
    let at = from;
    this.start = from;
    this.escaped = false;
    for (; at < length; at++) {
      const kind = KINDS[octets[at]!]!;
      if (kind === PLAIN) continue;
      if (kind === BACKSLASH) {
        this.escaped = true;
        // Whatever it is, it is part of the word; but a line ends where it ends.
        if (at + 1 < length && KINDS[octets[at + 1]!] !== NEWLINE) at += 1;
      } else if (kind === QUOTE && this.joinsPairs && octets[at - 1] === EQUALS && at > from) {
        const end = this.#findQuote(at + 1);
        if (end < 0) return this.#leaveOpen(at);
        at = end;
      } else break;
    }
    this.stop = this.at = at;
    return TOKEN.word;
  }

  #readQuoted(from: number): Token {
    this.escaped = false;
    const end = this.#findQuote(from + 1);
    if (end < 0) return this.#leaveOpen(from);
    this.start = from + 1;
    this.stop = end;
    this.at = end + 1;
    return TOKEN.quoted;
  }

  /** The quote that ends a string, or -1 if the line ends first: only an escaped line break may stand in a string. */
  #findQuote(from: number): number {
    const { octets } = this;
    for (let at = from; at < octets.length; at++) {
      const octet = octets[at]!;
      if (octet === DOUBLE_QUOTE) return at;
      if (octet === ESCAPE) {
        this.escaped = true;
        at += 1;
      } else if (octet === LF) return -1;
    }
    return -1;
  }

  #leaveOpen(quote: number): Token {
    const { octets } = this;
    let at = quote + 1;
    while (at < octets.length && octets[at] !== LF) at += octets[at] === ESCAPE ? 2 : 1;
    this.start = quote;
    this.stop = quote + 1;
    this.at = Math.min(at, octets.length);
    return TOKEN.openQuote;
  }
}
