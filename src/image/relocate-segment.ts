import { TYPE_CNAME } from "../wire/rr-types.ts";
import { ALIAS_ENTRY, ALIASED, NODE, OWNS_DNAME, RRSET, SEGMENT, STEERED } from "./layout.ts";

/**
 * Makes a segment right that has been copied to `at`: its references, which count from the start of a buffer, are raised
 * by as much. RRsets need it for what they share with the zone only, see `RRSET`.
 *
 * @param words of the buffer that it is in now
 * @param at octets; a multiple of four
 */
export function relocateSegment(words: Uint32Array, at: number): void {
  const header = at >> 2;
  raise(words, header + SEGMENT.table, at);
  raise(words, header + SEGMENT.apex, at);
  raise(words, header + SEGMENT.negativeSoa, at);
  const table = words[header + SEGMENT.table]! >> 2;
  const end = table + (words[header + SEGMENT.tableMask]! + 1) * 2;
  for (let slot = table; slot < end; slot += 2) {
    if (words[slot + 1] === 0) continue;
    raise(words, slot + 1, at);
    relocateNode(words, words[slot + 1]! >> 2, at);
  }
}

function relocateNode(words: Uint32Array, node: number, at: number): void {
  raise(words, node + NODE.name, at);
  raise(words, node + NODE.cut, at);
  raise(words, node + NODE.wildcard, at);
  const first = node + NODE.words;
  const end = first + (words[node + NODE.rrsets]! & (OWNS_DNAME - 1)) * 2;
  for (let entry = first; entry < end; entry += 2) {
    raise(words, entry + 1, at);
    const kind = words[entry]!;
    const word = words[entry + 1]! >> 2;
    if ((kind & ALIASED) !== 0) raise(words, word + ALIAS_ENTRY.target, at);
    if ((kind & STEERED) === 0) relocateRRset(words, word, at);
  }
}

function relocateRRset(words: Uint32Array, rrset: number, at: number): void {
  raise(words, rrset + RRSET.targets, at);
  const targets = words[rrset + RRSET.targets]! >> 2;
  // That of a CNAME is a name, the others are lists of nodes.
  if (targets === 0 || words[rrset + RRSET.type] === TYPE_CNAME) return;
  const end = targets + words[rrset + RRSET.count]!;
  for (let target = targets; target < end; target++) raise(words, target, at);
}

/** Raises a reference, if there is one. */
function raise(words: Uint32Array, word: number, by: number): void {
  if (words[word] !== 0) words[word]! += by;
}
