import { quote } from "../../config/tree.ts";
import { type Frame, type MasterState, placeOf, textOf, tokenPlace } from "./master-state.ts";
import { MAX_TTL } from "./read-number.ts";
import { TOKEN } from "./scanner.ts";

/** Whether the line ends here; reports what follows if it does not. */
export function expectLineEnd(frame: Frame, state: MasterState, what: string): boolean {
  const isEnd = takesLineEnd(frame);
  if (!isEnd) reportLineGoesOn(frame, state, what);
  return isEnd;
}

/** Reads the next token; whether the line ends with it. */
export function takesLineEnd({ scanner }: Frame): boolean {
  const token = scanner.next();
  return token === TOKEN.lineEnd || token === TOKEN.fileEnd;
}

/** Says that the last token should have been the end of the line. */
export function reportLineGoesOn(frame: Frame, state: MasterState, what: string): void {
  const expected = `the end of the line behind ${what}`;
  state.issues.error(tokenPlace(frame), explainMisplaced(frame.scanner.token, expected));
}

/** What is wrong with a token that stands where another was expected. */
export function explainMisplaced(token: number, expected: string): string {
  switch (token) {
    case TOKEN.openQuote:
      return "a quote is left open at the end of the line: end it there, or write \\ in front of the line break";
    case TOKEN.strayParenthesis:
      return "a closing parenthesis without an opening one";
    case TOKEN.lineEnd:
    case TOKEN.fileEnd:
      return `the line ends too soon: expected ${expected}`;
    default:
      return `expected ${expected}`;
  }
}

/** What is wrong with the text of a TTL. */
export function explainBadTtl(text: string): string {
  return `a TTL must be whole seconds from 0 to ${MAX_TTL}, or like 30s, 5m, 1h30m, 1d, 1w: found ${quote(text)}`;
}

/** International names travel in another form: this one would be answered octet by octet, and hardly anybody asks for that. */
export function warnOfForeign(frame: Frame, state: MasterState, start: number, stop: number): void {
  const text = textOf(frame, start, stop);
  state.issues.warn(
    placeOf(frame, start, stop),
    () =>
      `the name ${quote(text)} holds octets that are not ASCII, taken as they are: write international names in their "xn--" form (IDNA)`,
  );
}
