const MAX_SECRETS = 8;

/**
 * Reads the secrets of DNS cookies from the text of their file: one a line, 32 hexadecimal digits; blank lines and those that begin with
 * `#` do not count.
 *
 * @returns 1 to 8 of 16 octets each, or what is wrong, without a word of what is in the file
 */
export function parseCookieSecrets(text: string): readonly Uint8Array[] | string {
  const secrets: Uint8Array[] = [];
  for (const [i, written] of text.split("\n").entries()) {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (!/^[0-9a-f]{32}$/i.test(line)) return `line ${i + 1} is not 32 hexadecimal digits`;
    secrets.push(new Uint8Array(Buffer.from(line, "hex")));
  }
  if (secrets.length === 0) return "it holds no secret: write 32 hexadecimal digits";
  if (secrets.length > MAX_SECRETS) return `it holds more than ${MAX_SECRETS} secrets`;
  return secrets;
}
