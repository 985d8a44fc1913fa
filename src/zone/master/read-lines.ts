import { readDirective } from "./directives.ts";
import { explainMisplaced } from "./expect.ts";
import { type Frame, type MasterState, placeOf, tokenPlace } from "./master-state.ts";
import { readRecord } from "./read-record.ts";
import { TOKEN } from "./scanner.ts";

const DOLLAR = 0x24;

/** Reads the lines of a file to its end, whatever they hold. */
export function readLines(frame: Frame, state: MasterState): void {
  const { scanner } = frame;
  for (;;) {
    const startsBlank = scanner.startsBlank;
    switch (scanner.next()) {
      case TOKEN.lineEnd:
        continue;
      case TOKEN.fileEnd:
        break;
      case TOKEN.word:
        if (!startsBlank && scanner.octets[scanner.start] === DOLLAR) readDirective(frame, state);
        else readRecord(frame, state, startsBlank);
        scanner.skipLine();
        continue;
      default:
        state.issues.error(
          tokenPlace(frame),
          explainMisplaced(scanner.token, "a name, a type or a directive"),
        );
        scanner.skipLine();
        continue;
    }
    break;
  }
  if (scanner.depth === 0) return;
  const place = placeOf(frame, scanner.opened, scanner.opened + 1);
  state.issues.error(place, "the parenthesis is never closed: everything behind it is one record");
}
