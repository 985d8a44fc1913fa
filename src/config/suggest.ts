import { quote } from "./tree.ts";

/**
 * `; did you mean "weight"?` for the candidate nearest to a misspelt word, or "" if none is near: at most a third of
 * the word's letters wrong.
 */
export function suggest(word: string, candidates: Iterable<string>): string {
  const nearest = findNearest(word, candidates);
  return nearest === undefined ? "" : `; did you mean ${JSON.stringify(nearest)}?`;
}

/** For a name that nothing has: the nearest one, or those there are. */
export function explainUnknown(what: string, name: string, known: readonly string[]): string {
  const all = known.slice(0, 20).join(", ") + (known.length > 20 ? ", …" : "");
  const hint = suggest(name, known) || `; there ${known.length === 0 ? "is none" : `are: ${all}`}`;
  return `no ${what} is named ${quote(name)}${hint}`;
}

/** The candidate with the least edits from `word`, the first of equals; undefined if all are too far. */
export function findNearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  let left = MAX_CANDIDATES;
  const lower = word.toLowerCase();
  for (const candidate of candidates) {
    if (left-- === 0) break;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = countEdits(lower, candidate.toLowerCase(), least);
    // A one-letter word is "near" every other one-letter word.
    if (edits < least && edits < candidate.length) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** Nobody misspells a longer word, and the work is its length squared. */
const MAX_WORD = 64;
/** Files of many names are made by programs, which do not misspell. */
const MAX_CANDIDATES = 1000;

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance); `enough` as soon as
 * it is sure to be no less.
 */
function countEdits(a: string, b: string, enough: number): number {
  let beforeLast = new Uint8Array(b.length + 1);
  let last = Uint8Array.from({ length: b.length + 1 }, (_, j) => j);
  let row = new Uint8Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwap =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row[j] = edits;
      least = Math.min(least, edits);
    }
    if (least >= enough) return enough;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[b.length]!;
}
