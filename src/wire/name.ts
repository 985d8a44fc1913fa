/**
 * Domain names: presentation form ⇄ wire form (RFC 1035 §3.1, §5.1). A wire name is uncompressed and ends with the
 * zero octet of the root; all functions that take one expect it well-formed.
 */

/** A wire name, or why the text is none. */
export type ParsedName =
  | { readonly ok: true; readonly name: Uint8Array }
  | { readonly ok: false; readonly error: string };

/** Octets of a label and of a whole wire name (RFC 1035 §2.3.4). */
export const MAX_LABEL = 63;
export const MAX_NAME = 255;

/** The root in wire form. */
export const ROOT: Uint8Array = Uint8Array.of(0);

/**
 * Reads a name in presentation form, with the escapes `\.`, `\\`, `\X` and `\DDD`. A name without a trailing dot is
 * relative to `origin` (wire form), or to the root if there is none; `@` alone and "" stand for the origin itself.
 * Case is kept.
 */
export function parseName(text: string, origin: Uint8Array = ROOT): ParsedName {
  if (text === "" || text === "@") return { ok: true, name: origin };
  if (text === ".") return { ok: true, name: ROOT };
  const octets: number[] = [];
  // Where the length octet of the open label stands.
  let start = 0;
  octets.push(0);
  let absolute = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      const error = checkLabel(octets.length - start - 1, text);
      if (error !== undefined) return { ok: false, error };
      octets[start] = octets.length - start - 1;
      at += 1;
      if (at === text.length) {
        absolute = true;
        break;
      }
      start = octets.length;
      octets.push(0);
      continue;
    }
    if (code === BACKSLASH) {
      const escaped = readEscape(text, at);
      if (typeof escaped === "string") return { ok: false, error: escaped };
      octets.push(escaped.octet);
      at += escaped.length;
      continue;
    }
    if (code > 0x7e) {
      return {
        ok: false,
        error: `${JSON.stringify(text)} holds the character ${JSON.stringify(text.charAt(at))}: write international names in their "xn--" form (IDNA)`,
      };
    }
    if (code <= 0x20) {
      return {
        ok: false,
        error: `${JSON.stringify(text)} holds a space or control character: write it as \\${decimal(code)} if it is meant`,
      };
    }
    octets.push(code);
    at += 1;
  }
  if (!absolute) {
    const error = checkLabel(octets.length - start - 1, text);
    if (error !== undefined) return { ok: false, error };
    octets[start] = octets.length - start - 1;
  }
  const tail = absolute ? ROOT : origin;
  const length = octets.length + tail.length;
  if (length > MAX_NAME) {
    return {
      ok: false,
      error: `the name is ${length} octets long in wire form: ${MAX_NAME} are allowed (RFC 1035 §2.3.4)`,
    };
  }
  const name = new Uint8Array(length);
  name.set(octets);
  name.set(tail, octets.length);
  return { ok: true, name };
}

/** Writes a wire name in presentation form, absolute: `www.example.com.`, and `.` for the root. */
export function formatName(name: Uint8Array): string {
  if ((name[0] ?? 0) === 0) return ".";
  let text = "";
  for (const offset of labelOffsets(name)) {
    const end = offset + 1 + (name[offset] ?? 0);
    for (let at = offset + 1; at < end; at++) text += formatOctet(name[at] ?? 0);
    text += ".";
  }
  return text;
}

/** The same name with A–Z made a–z (RFC 4343). Always a copy. */
export function lowerName(name: Uint8Array): Uint8Array {
  // Length octets are at most 63, below "A" (65): the whole array can be folded alike.
  return name.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));
}

/** Whether two wire names are the same without regard to case. */
export function equalNames(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalTail(a, 0, b);
}

/** Whether `name` is `ancestor` or lies below it, without regard to case. */
export function isSubdomain(name: Uint8Array, ancestor: Uint8Array): boolean {
  const from = name.length - ancestor.length;
  if (from < 0) return false;
  // A suffix of octets is a suffix of labels only if it starts at a label.
  let offset = 0;
  while (offset < from) offset += 1 + (name[offset] ?? 0);
  return offset === from && equalTail(name, from, ancestor);
}

/** Where each label's length octet stands, the root's left out; `[]` for the root. */
export function labelOffsets(name: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let at = 0; (name[at] ?? 0) !== 0; at += 1 + (name[at] ?? 0)) offsets.push(at);
  return offsets;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

function checkLabel(length: number, text: string): string | undefined {
  if (length === 0) {
    return `${JSON.stringify(text)} has an empty label: two dots in a row, or a dot at the start`;
  }
  if (length > MAX_LABEL) {
    return `a label of the name is ${length} octets long: ${MAX_LABEL} are allowed (RFC 1035 §2.3.4)`;
  }
  return undefined;
}

/** What the escape at `at` stands for and how many characters it takes, or what is wrong with it. */
function readEscape(text: string, at: number): { octet: number; length: number } | string {
  const next = text.charCodeAt(at + 1);
  if (Number.isNaN(next)) return `${JSON.stringify(text)} ends with a lone backslash`;
  if (next < 0x30 || next > 0x39) {
    if (next < 0x20 || next > 0x7e)
      return `${JSON.stringify(text)} escapes a character that is not ASCII`;
    return { octet: next, length: 2 };
  }
  const digits = text.slice(at + 1, at + 4);
  const octet = /^\d{3}$/.test(digits) ? Number(digits) : 256;
  if (octet > 255) return `"\\${digits}" is no escape: \\DDD takes three digits, 000 to 255`;
  return { octet, length: 4 };
}

function formatOctet(octet: number): string {
  if (octet <= 0x20 || octet >= 0x7f) return `\\${decimal(octet)}`;
  const character = String.fromCharCode(octet);
  // What a master file would take for something else (RFC 1035 §5.1).
  return '."\\();@$'.includes(character) ? `\\${character}` : character;
}

function decimal(octet: number): string {
  return String(octet).padStart(3, "0");
}

function equalTail(a: Uint8Array, from: number, b: Uint8Array): boolean {
  for (let i = 0; i < b.length; i++) {
    if (foldCase(a[from + i] ?? 0) !== foldCase(b[i] ?? 0)) return false;
  }
  return true;
}

function foldCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
