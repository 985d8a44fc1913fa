import type { ErrorCode, YAMLError } from "yaml";

/** The library's message in the words of YAML's grammar, and what to do about it in those of people who write zone files. */
export function explainYamlProblem(
  { code, message, pos: [at] }: Pick<YAMLError, "code" | "message" | "pos">,
  text: string,
): string {
  const said = message.replace(/\s+/g, " ");
  const advice = adviseOnLine(lineAt(text, at)) ?? adviseOnCode(code, said);
  return advice === undefined ? said : `${said}: ${advice}`;
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return text.slice(start, end < 0 ? undefined : end).slice(0, 1000);
}

/** The cases that DNS names and addresses run into. */
function adviseOnLine(line: string): string | undefined {
  if (/^\s*(- )?\s*\*/.test(line)) return 'a name with "*" needs quotes, "*"';
  if (/^\s*(- )?\s*@/.test(line)) return 'the name "@" needs quotes';
  if (/[0-9a-f]*:[0-9a-f:]*:(\s|$|[,}\]])/i.test(line)) {
    return "an IPv6 address that ends with a colon needs quotes";
  }
  return undefined;
}

const QUOTES = 'text with ": " in it needs quotes';

/** The cases that everybody runs into. */
function adviseOnCode(code: ErrorCode, message: string): string | undefined {
  switch (code) {
    case "TAB_AS_INDENT":
      return "indent with spaces";
    case "BLOCK_IN_FLOW":
      return `a comma is missing between two keys, or ${QUOTES}`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return `the next line begins too far right, or ${QUOTES}`;
    case "MULTILINE_IMPLICIT_KEY":
      return 'a ":" with a space behind it is missing after the key';
    case "BAD_SCALAR_START":
      return "put the text in quotes";
    case "BAD_INDENT":
      return /^Flow (map|seq)/.test(message)
        ? `a "${message.slice(-1)}" is missing, here or in a line above`
        : "keys of one mapping begin below each other";
    case "MISSING_CHAR":
      return /^Implicit map keys/.test(message)
        ? 'a ":" with a space behind it is missing after the key'
        : undefined;
    default:
      return undefined;
  }
}
