import { quote } from "../config/tree.ts";
import { formatName } from "../wire/name.ts";
import type { Name } from "./model.ts";

/** A key for maps: one character per octet, so that equal names of equal case are equal keys. */
export function keyOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
}

/** A name as messages show it. */
export function showName(name: Name): string {
  return quote(formatName(name));
}
