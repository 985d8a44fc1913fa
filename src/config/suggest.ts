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
  for (const candidate of candidates) {
    if (left-- === 0) break;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = countEdits(word.toLowerCase(), candidate.toLowerCase());
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

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
function countEdits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
