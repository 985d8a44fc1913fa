/**
 * Builds DNS packets octet by octet, well formed or not: tests never use the codec they test to make their queries.
 */

export const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  NULL: 10,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
};

export const CLASSES: Readonly<Record<string, number>> = {
  IN: 1,
  CH: 3,
  HS: 4,
  NONE: 254,
  ANY: 255,
};

/** Bits of the second 16-bit word of the header (RFC 1035 §4.1.1, RFC 4035 §3). */
export const FLAGS: Readonly<Record<string, number>> = {
  qr: 0x8000,
  aa: 0x0400,
  tc: 0x0200,
  rd: 0x0100,
  ra: 0x0080,
  z: 0x0040,
  ad: 0x0020,
  cd: 0x0010,
};

export interface HeaderFields {
  readonly id?: number;
  /** The whole flags word: QR, opcode, AA … RCODE. */
  readonly flags?: number;
  readonly qd?: number;
  readonly an?: number;
  readonly ns?: number;
  readonly ar?: number;
}

/** The 12 octets of a header; everything defaults to zero but the id. */
export function header(fields: HeaderFields): Uint8Array {
  const { id = 0x1234, flags = 0, qd = 0, an = 0, ns = 0, ar = 0 } = fields;
  return concat(...[id, flags, qd, an, ns, ar].map(u16));
}

/** A name in wire form from labels given as text (Latin-1) or octets. */
export function nameOf(...labels: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = labels.map((label) => {
    const octets =
      typeof label === "string" ? Uint8Array.from(Buffer.from(label, "latin1")) : label;
    return concat(Uint8Array.of(octets.length), octets);
  });
  return concat(...parts, Uint8Array.of(0));
}

/** A name in wire form from presentation form; knows the escapes `\.` `\\` and `\DDD` (RFC 1035 §5.1). */
export function name(text: string): Uint8Array {
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === ".") {
      if (label.length > 0) labels.push(Uint8Array.from(label));
      label = [];
    } else if (character === "\\") {
      const digits = /^\d{3}/.exec(text.slice(i + 1))?.[0];
      label.push(digits ? Number(digits) : text.charCodeAt(i + 1));
      i += digits ? 3 : 1;
    } else {
      label.push(text.charCodeAt(i));
    }
  }
  if (label.length > 0) labels.push(Uint8Array.from(label));
  return nameOf(...labels);
}

/** A question entry; `qname` is presentation form or raw octets. */
export function question(qname: string | Uint8Array, qtype = 1, qclass = 1): Uint8Array {
  return concat(typeof qname === "string" ? name(qname) : qname, u16(qtype), u16(qclass));
}

/** A resource record with a literal RDLENGTH if one is given that lies about the rdata. */
export function record(
  owner: Uint8Array,
  type: number,
  rclass: number,
  ttl: number,
  rdata: Uint8Array,
  rdlength: number = rdata.length,
): Uint8Array {
  return concat(owner, u16(type), u16(rclass), u32(ttl), u16(rdlength), rdata);
}

export interface OptFields {
  readonly size?: number;
  readonly extendedRcode?: number;
  readonly version?: number;
  /** The 16 flag bits; 0x8000 is DO. */
  readonly flags?: number;
  readonly options?: readonly Uint8Array[];
  readonly owner?: Uint8Array;
  /** RDLENGTH to claim instead of the true one. */
  readonly rdlength?: number;
}

/** An OPT record (RFC 6891 §6.1.2). */
export function opt(fields: OptFields = {}): Uint8Array {
  const { size = 1232, extendedRcode = 0, version = 0, flags = 0, options = [] } = fields;
  const rdata = concat(...options);
  const ttl = ((extendedRcode << 24) | (version << 16) | flags) >>> 0;
  return record(fields.owner ?? Uint8Array.of(0), 41, size, ttl, rdata, fields.rdlength);
}

/** An EDNS option, with a literal length if one is given that lies. */
export function option(code: number, data: Uint8Array, length: number = data.length): Uint8Array {
  return concat(u16(code), u16(length), data);
}

/** A Client Subnet option (RFC 7871 §6) with exactly these fields, right or wrong. */
export function clientSubnet(
  family: number,
  source: number,
  scope: number,
  address: Uint8Array,
): Uint8Array {
  return option(8, concat(u16(family), Uint8Array.of(source, scope), address));
}

/** A well-formed Client Subnet option from `192.0.2.0/24` or `2001:db8::/56`. */
export function clientSubnetOf(prefix: string): Uint8Array {
  const [text = "", length = ""] = prefix.split("/");
  const bits = Number(length);
  const octets = addressOctets(text).slice(0, Math.ceil(bits / 8));
  if (bits % 8 !== 0) octets[octets.length - 1]! &= 0xff << (8 - (bits % 8));
  return clientSubnet(text.includes(":") ? 2 : 1, bits, 0, octets);
}

/** 4 or 16 octets of an address in presentation form. */
export function addressOctets(text: string): Uint8Array {
  if (!text.includes(":")) return Uint8Array.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::");
  const words = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const middle = new Array<number>(8 - before.length - after.length).fill(0);
  return concat(...[...before, ...middle, ...after].map(u16));
}

export interface QueryFields {
  readonly name: string;
  /** Name of a type, `TYPE65280`, or its number; A if left out. */
  readonly type?: string | number;
  readonly class?: string | number;
  readonly id?: number;
  readonly opcode?: number;
  /** Names of header bits to set. */
  readonly flags?: readonly string[];
  /** No OPT record if left out. */
  readonly edns?: {
    readonly size?: number;
    readonly version?: number;
    readonly do?: boolean;
    /** Client subnet as `address/length`. */
    readonly ecs?: string;
    readonly options?: readonly Uint8Array[];
    /** OPT records to send; 1 unless a test wants to be refused. */
    readonly count?: number;
  };
}

/** A query as a resolver would send it. */
export function query(fields: QueryFields): Uint8Array {
  const bits = (fields.flags ?? []).reduce((word, flag) => word | (FLAGS[flag] ?? 0), 0);
  const flags = bits | ((fields.opcode ?? 0) << 11);
  const asked = question(
    fields.name,
    typeNumber(fields.type ?? "A"),
    classNumber(fields.class ?? "IN"),
  );
  const { edns } = fields;
  const count = edns ? (edns.count ?? 1) : 0;
  const head = header({ id: fields.id ?? 0x1234, flags, qd: 1, ar: count });
  if (!edns) return concat(head, asked);
  const options = [...(edns.ecs ? [clientSubnetOf(edns.ecs)] : []), ...(edns.options ?? [])];
  const record = opt({
    size: edns.size ?? 1232,
    version: edns.version ?? 0,
    flags: edns.do ? 0x8000 : 0,
    options,
  });
  return concat(head, asked, ...new Array<Uint8Array>(count).fill(record));
}

/** Number of a type by its name or `TYPEn` (RFC 3597 §5). */
export function typeNumber(type: string | number): number {
  if (typeof type === "number") return type;
  const number = TYPES[type] ?? Number(/^TYPE(\d+)$/.exec(type)?.[1] ?? Number.NaN);
  if (Number.isNaN(number)) throw new TypeError(`Cannot name a type: "${type}"`);
  return number;
}

function classNumber(rclass: string | number): number {
  if (typeof rclass === "number") return rclass;
  const number = CLASSES[rclass];
  if (number === undefined) throw new TypeError(`Cannot name a class: "${rclass}"`);
  return number;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 0xff, value & 0xff);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Octets from hexadecimal text; white space and `;` comments are skipped. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/;.*$/gm, "").replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) {
    throw new SyntaxError(`Cannot read hexadecimal octets: "${digits.slice(0, 40)}"`);
  }
  return Uint8Array.from(Buffer.from(digits, "hex"));
}
