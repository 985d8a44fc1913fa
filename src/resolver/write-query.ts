import { HEADER_OCTETS, RD_BIT, SAFE_UDP_OCTETS } from "../wire/message.ts";
import { CLASS_IN, TYPE_OPT } from "../wire/rr-types.ts";

const OPT_OCTETS = 11;

/** A recursive query with EDNS (RFC 1035 §4.1, RFC 6891 §6.1). */
export function writeQuery(id: number, name: Uint8Array, type: number): Uint8Array {
  const octets = new Uint8Array(HEADER_OCTETS + name.length + 4 + OPT_OCTETS);
  const view = new DataView(octets.buffer);
  view.setUint16(0, id);
  octets[2] = RD_BIT;
  view.setUint16(4, 1);
  view.setUint16(10, 1);
  octets.set(name, HEADER_OCTETS);
  const question = HEADER_OCTETS + name.length;
  view.setUint16(question, type);
  view.setUint16(question + 2, CLASS_IN);
  const opt = question + 4;
  view.setUint16(opt + 1, TYPE_OPT);
  view.setUint16(opt + 3, SAFE_UDP_OCTETS);
  return octets;
}
