import type { ImageView } from "../image/image-view.ts";
import { NODE, SEGMENT } from "../image/layout.ts";
import type { Name } from "../zone/model.ts";

/** The nodes of a segment in the order they were compiled: parents first, else as written in the zone. */
export function listNodes({ words }: ImageView): Uint32Array {
  const table = words[SEGMENT.table]! >> 2;
  const slots = words[SEGMENT.tableMask]! + 1;
  const nodes = new Uint32Array(slots >> 1);
  let count = 0;
  for (let slot = 0; slot < slots; slot++) {
    const node = words[table + slot * 2 + 1]!;
    if (node !== 0) nodes[count++] = node;
  }
  return nodes.subarray(0, count).sort();
}

/** The name of a node: a copy, lower case. */
export function nameOfNode({ words, octets }: ImageView, node: number): Name {
  const at = words[(node >> 2) + NODE.name]!;
  return octets.slice(at, at + words[(node >> 2) + NODE.nameLength]!);
}
