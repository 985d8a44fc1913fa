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

/** Octets in quotes, escaped where they must be (RFC 1035 §5.1). */
export function quoteOctets(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, "0")}`;
    else text += String.fromCharCode(octet);
  }
  return `"${text}"`;
}
