/** A field of rdata in presentation format, and whether it stood in quotes. */
export interface PresentationField {
  readonly text: string;
  readonly isQuoted: boolean;
}

/**
 * Splits rdata in presentation format into its fields (RFC 1035 §5.1); escapes stay as they are. Undefined if a quote is
 * left open.
 */
export function splitFields(text: string): PresentationField[] | undefined {
  const fields: PresentationField[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const isQuoted = text[at] === '"';
    const start = isQuoted ? at + 1 : at;
    let end = start;
    while (end < text.length && !(isQuoted ? text[end] === '"' : /[\s"]/.test(text.charAt(end)))) {
      end += text[end] === "\\" ? 2 : 1;
    }
    if (isQuoted && end >= text.length) return undefined;
    fields.push({ text: text.slice(start, end), isQuoted });
    at = isQuoted ? end + 1 : end;
  }
  return fields;
}

/** The octets of a character-string, `\DDD` and `\X` resolved, other text as UTF-8; undefined for a broken escape. */
export function decodeCharacters(text: string): Uint8Array | undefined {
  if (!text.includes("\\")) return new TextEncoder().encode(text);
  const octets: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "\\") {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      octets.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    const digits = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
    if (digits !== undefined) {
      if (Number(digits) > 255) return undefined;
      octets.push(Number(digits));
      at += 4;
      continue;
    }
    const next = text.codePointAt(at + 1);
    if (next === undefined || (next >= 0x30 && next <= 0x39)) return undefined;
    const character = String.fromCodePoint(next);
    octets.push(...encoder.encode(character));
    at += 1 + character.length;
  }
  return Uint8Array.from(octets);
}

/** RFC 3597 §5: `\# 4 0A000001`; a string says what is wrong, undefined means the text is not of this form. */
export function parseGenericRdata(text: string): Uint8Array | string | undefined {
  const match = /^\\#(?:\s+(\S+)(?:\s+(.*))?)?$/s.exec(text.trim());
  if (match === null) return undefined;
  const length = match[1] ?? "";
  const hex = (match[2] ?? "").replace(/\s+/g, "");
  if (!/^\d{1,5}$/.test(length))
    return "\\# needs the number of octets, then their hexadecimal digits";
  if (!/^([0-9a-f]{2})*$/i.test(hex)) return "\\# needs pairs of hexadecimal digits";
  if (hex.length !== Number(length) * 2) {
    return `\\# says ${length} octets and has ${hex.length / 2}`;
  }
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
