/** Writes small MaxMind DB files, good ones and, piece by piece, bad ones. */
import { parsePrefix } from "../../src/address/parse.ts";

export type MmdbValue =
  | string
  | number
  | boolean
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

export interface MmdbOptions {
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  /** Fields that replace those of the metadata. */
  readonly metadata?: Readonly<Record<string, MmdbValue>>;
  /** Prefixes whose subtree is that of the IPv4 addresses, as MaxMind's files have 2002::/16. */
  readonly aliases?: readonly string[];
}

export const MMDB_MARKER: Buffer = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");

interface Node {
  readonly records: [TreeRecord, TreeRecord];
}
type TreeRecord = Node | MmdbValue | undefined;

const nodes = new WeakSet<object>();

/** A database that has a record for each prefix; longer prefixes must come after shorter ones. IPv4 ones go below ::/96. */
export function writeMmdb(
  entries: Readonly<Record<string, MmdbValue>>,
  options: MmdbOptions = {},
): Buffer {
  const { ipVersion = 6, recordSize = 24, aliases = [] } = options;
  const root = createNode(undefined);
  for (const [text, value] of Object.entries(entries)) {
    insert(root, toBits(text, ipVersion), value);
  }
  const ipv4 = find(root, new Array<number>(96).fill(0));
  for (const text of aliases) insert(root, toBits(text, 6), ipv4);

  const order: Node[] = [];
  const numbers = new Map<Node, number>();
  const number = (record: TreeRecord): void => {
    if (!isNode(record) || numbers.has(record)) return;
    numbers.set(record, order.push(record) - 1);
    record.records.forEach(number);
  };
  number(root);

  const offsets = new Map<MmdbValue, number>();
  const data: Buffer[] = [];
  let size = 0;
  const point = (record: TreeRecord): number => {
    if (record === undefined) return order.length;
    if (isNode(record)) return numbers.get(record)!;
    let offset = offsets.get(record);
    if (offset === undefined) {
      offset = size;
      const octets = encode(record);
      data.push(octets);
      size += octets.length;
      offsets.set(record, offset);
    }
    return order.length + 16 + offset;
  };
  const tree = Buffer.concat(
    order.map(({ records }) => encodeNode(point(records[0]), point(records[1]), recordSize)),
  );
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600,
    database_type: "Test-City",
    description: {},
    ip_version: ipVersion,
    languages: [],
    node_count: order.length,
    record_size: recordSize,
    ...options.metadata,
  };
  return Buffer.concat([tree, Buffer.alloc(16), ...data, MMDB_MARKER, encode(metadata)]);
}

function createNode(record: TreeRecord): Node {
  const node: Node = { records: [record, record] };
  nodes.add(node);
  return node;
}

function isNode(record: TreeRecord): record is Node {
  return typeof record === "object" && nodes.has(record);
}

function toBits(text: string, ipVersion: 4 | 6): number[] {
  const { address, length } = parsePrefix(text)!;
  const bits = Array.from({ length }, (_, i) => (address.octets[i >> 3]! >> (7 - (i & 7))) & 1);
  return address.family === 4 && ipVersion === 6
    ? [...new Array<number>(96).fill(0), ...bits]
    : bits;
}

function insert(root: Node, bits: readonly number[], value: TreeRecord): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const record = node.records[bit]!;
    const next = isNode(record) ? record : createNode(record);
    node.records[bit] = next;
    node = next;
  }
  node.records[bits.at(-1)!] = value;
}

function find(root: Node, bits: readonly number[]): TreeRecord {
  let record: TreeRecord = root;
  for (const bit of bits) record = isNode(record) ? record.records[bit] : record;
  return record;
}

function encodeNode(left: number, right: number, recordSize: 24 | 28 | 32): Buffer {
  const node = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    node.writeUInt32BE(left, 0);
    node.writeUInt32BE(right, 4);
  } else if (recordSize === 24) {
    node.writeUIntBE(left, 0, 3);
    node.writeUIntBE(right, 3, 3);
  } else {
    node.writeUIntBE(left & 0xff_ffff, 0, 3);
    node[3] = ((left >>> 24) << 4) | (right >>> 24);
    node.writeUIntBE(right & 0xff_ffff, 4, 3);
  }
  return node;
}

/** One value of the data section, never a pointer. */
export function encode(value: MmdbValue): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === "boolean") return control(14, value ? 1 : 0);
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0) {
      const octets = Buffer.alloc(4);
      octets.writeUInt32BE(value);
      return Buffer.concat([control(6, 4), octets]);
    }
    const octets = Buffer.alloc(8);
    octets.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), octets]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  }
  const fields = Object.entries(value as Readonly<Record<string, MmdbValue>>);
  return Buffer.concat([
    control(7, fields.length),
    ...fields.flatMap(([key, field]) => [encode(key), encode(field)]),
  ]);
}

function control(type: number, size: number): Buffer {
  const head = size < 29 ? [size] : [29, size - 29];
  const [first = 0, ...rest] = head;
  return type < 8
    ? Buffer.from([(type << 5) | first, ...rest])
    : Buffer.from([first, type - 7, ...rest]);
}
