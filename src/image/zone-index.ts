import { NameKey, slotOf, slotsFor } from "../wire/name-key.ts";
import { ImageView } from "./image-view.ts";
import { OctetBuilder } from "./octet-builder.ts";

/** Header: mask of the table, then a bit per number of labels that some apex has; the table follows. */
const MASK = 0;
const DEPTHS = 1;
const DEPTH_WORDS = 4;
const TABLE = DEPTHS + DEPTH_WORDS;
/** A slot: the apex's hash, where its lower-case name stands and its length, the segment's number plus one (0: free). */
const HASH = 0;
const NAME = 1;
const NAME_LENGTH = 2;
const SEGMENT_PLUS_ONE = 3;
const SLOT_WORDS = 4;

/** Compiles the table from apex (lower case) to segment number. */
export function compileZoneIndex(
  zones: readonly { readonly apex: Uint8Array; readonly segment: number }[],
): SharedArrayBuffer {
  const builder = new OctetBuilder();
  const slots = slotsFor(zones.length);
  const index = builder.allocate(TABLE + slots * SLOT_WORDS);
  builder.setWord(index, MASK, slots - 1);
  const key = new NameKey();
  for (const { apex, segment } of zones) {
    key.read(apex, 0, apex.length);
    const depths = DEPTHS + (key.labels >> 5);
    builder.setWord(index, depths, builder.word(index, depths) | (1 << (key.labels & 31)));
    let slot = slotOf(key.hashes[0]!, slots - 1);
    const at = () => TABLE + slot * SLOT_WORDS;
    while (builder.word(index, at() + SEGMENT_PLUS_ONE) !== 0) slot = (slot + 1) & (slots - 1);
    builder.setWord(index, at() + HASH, key.hashes[0]!);
    builder.setWord(index, at() + NAME, builder.append(apex));
    builder.setWord(index, at() + NAME_LENGTH, apex.length);
    builder.setWord(index, at() + SEGMENT_PLUS_ONE, segment + 1);
  }
  return builder.finish();
}

/** Finds the zone a name is in. */
export class ZoneIndex extends ImageView {
  /**
   * @param maxLabels apexes with more labels are passed over
   * @returns the segment number of the zone with the longest apex at or above the name, or -1
   */
  find(name: NameKey, maxLabels: number): number {
    const { words, view } = this;
    const mask = words[MASK]!;
    for (let labels = maxLabels; labels >= 0; labels--) {
      if ((words[DEPTHS + (labels >> 5)]! & (1 << (labels & 31))) === 0) continue;
      const label = name.labels - labels;
      const hash = name.hashes[label]!;
      let slot = slotOf(hash, mask);
      for (;;) {
        const at = TABLE + slot * SLOT_WORDS;
        const segment = words[at + SEGMENT_PLUS_ONE]!;
        if (segment === 0) break;
        if (
          (words[at + HASH]! | 0) === hash &&
          name.suffixEquals(label, view, words[at + NAME]!, words[at + NAME_LENGTH]!, 0)
        ) {
          return segment - 1;
        }
        slot = (slot + 1) & mask;
      }
    }
    return -1;
  }
}
