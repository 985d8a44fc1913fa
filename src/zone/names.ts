import { quote } from "../config/tree.ts";
import { formatName, lowerName } from "../wire/name.ts";
import type { Name } from "./model.ts";

/** A key for maps: one character per octet, so that equal names of equal case are equal keys. */
export function keyOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
}

/** The name with A–Z made a–z: itself where there is nothing to be done, as with nearly all. */
export function foldName(name: Name): Name {
  for (let at = 0; at < name.length; at++) {
    const octet = name[at]!;
    if (octet >= 0x41 && octet <= 0x5a) return lowerName(name);
  }
  return name;
}

/** A name as messages show it. */
export function showName(name: Name): string {
  return quote(formatName(name));
}
