/**
 * Query lists of the benchmark: one line per query, prebuilt into wire form (RFC 1035 §4.1, RFC 6891, RFC 7871).
 *
 * A line is `NAME TYPE [+edns] [+do] [+subnet=ADDRESS/LENGTH]`; `+do` and `+subnet` imply `+edns`. Empty lines and
 * lines that start with `#` are skipped.
 */
import { isIP } from "node:net";

/** Type numbers a line may name; any other type is written `TYPE123` (RFC 3597 §5). */
const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  HTTPS: 65,
  ANY: 255,
  CAA: 257,
};

const EDNS_PAYLOAD_BYTES = 1232;

/**
 * Builds the wire form of every line.
 *
 * @param {string} text the query list
 * @returns {Uint8Array[]} messages with ID 0, in the order of the lines; throws an Error that names a line it cannot read
 */
export function parseQueries(text) {
  const messages = [];
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || words[0].startsWith("#")) continue;
    try {
      messages.push(buildQuery(words));
    } catch (error) {
      throw new Error(`Cannot read query line ${index + 1}, "${line.trim()}": ${error.message}`);
    }
  }
  if (messages.length === 0) throw new Error("Cannot start: the query list is empty");
  return messages;
}

function buildQuery([name, type, ...flags]) {
  let edns = false;
  let dnssecOk = false;
  let subnet;
  for (const flag of flags) {
    if (flag === "+edns") edns = true;
    else if (flag === "+do") dnssecOk = true;
    else if (flag.startsWith("+subnet=")) subnet = flag.slice("+subnet=".length);
    else throw new Error(`unknown flag "${flag}"`);
  }
  const withOpt = edns || dnssecOk || subnet !== undefined;
  const options = subnet === undefined ? [] : writeSubnetOption(subnet);
  const header = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, withOpt ? 1 : 0];
  const question = [...writeName(name), ...writeUint16(findType(type)), 0, 1];
  const opt = withOpt
    ? [
        0,
        ...writeUint16(41),
        ...writeUint16(EDNS_PAYLOAD_BYTES),
        0,
        0,
        dnssecOk ? 0x80 : 0,
        0,
        ...writeUint16(options.length),
        ...options,
      ]
    : [];
  return Uint8Array.from([...header, ...question, ...opt]);
}

function findType(word = "") {
  const number = TYPES[word.toUpperCase()] ?? Number(/^TYPE(\d+)$/i.exec(word)?.[1]);
  if (!Number.isInteger(number) || number > 0xffff) throw new Error(`unknown type "${word}"`);
  return number;
}

function writeName(name) {
  const octets = [];
  for (const label of name.split(".")) {
    if (label === "") continue;
    if (label.length > 63) throw new Error(`label "${label}" is longer than 63 octets`);
    octets.push(label.length, ...Buffer.from(label, "latin1"));
  }
  octets.push(0);
  if (octets.length > 255) throw new Error("the name is longer than 255 octets");
  return octets;
}

/** RFC 7871 §6: family, source length, scope length 0, and as many address octets as the source length needs. */
function writeSubnetOption(prefix) {
  const [address = "", lengthText = ""] = prefix.split("/");
  const length = Number(lengthText);
  const version = isIP(address);
  const octets = version === 4 ? address.split(".").map(Number) : writeIpv6(address);
  if (version === 0 || lengthText === "" || !(length >= 0 && length <= octets.length * 8)) {
    throw new Error(`"${prefix}" is no prefix`);
  }
  const kept = octets.slice(0, Math.ceil(length / 8));
  // Bits behind the prefix must be zero, or servers answer FORMERR.
  if (length % 8 !== 0) kept[kept.length - 1] &= 0xff << (8 - (length % 8));
  return [
    ...writeUint16(8),
    ...writeUint16(kept.length + 4),
    ...writeUint16(version === 4 ? 1 : 2),
    length,
    0,
    ...kept,
  ];
}

function writeIpv6(address) {
  const [head = "", tail] = address.split("::");
  const groups = (text) => (text === "" ? [] : text.split(":"));
  const left = groups(head);
  const right = groups(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array(Math.max(0, zeros)).fill("0"), ...right].flatMap((group) =>
    writeUint16(Number.parseInt(group, 16)),
  );
}

function writeUint16(value) {
  return [value >> 8, value & 0xff];
}
