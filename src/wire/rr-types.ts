/**
 * RR types and classes: numbers ⇄ mnemonics, as the IANA registry "Domain Name System (DNS) Parameters" has them.
 */

export const TYPE_A = 1;
export const TYPE_NS = 2;
export const TYPE_CNAME = 5;
export const TYPE_SOA = 6;
export const TYPE_PTR = 12;
export const TYPE_MX = 15;
export const TYPE_TXT = 16;
export const TYPE_AAAA = 28;
export const TYPE_SRV = 33;
export const TYPE_DNAME = 39;
export const TYPE_OPT = 41;
export const TYPE_DS = 43;
export const TYPE_RRSIG = 46;
export const TYPE_NSEC = 47;
export const TYPE_DNSKEY = 48;
export const TYPE_SVCB = 64;
export const TYPE_HTTPS = 65;
export const TYPE_SPF = 99;
export const TYPE_NXNAME = 128;
export const TYPE_TKEY = 249;
export const TYPE_TSIG = 250;
export const TYPE_IXFR = 251;
export const TYPE_AXFR = 252;
export const TYPE_MAILB = 253;
export const TYPE_MAILA = 254;
export const TYPE_ANY = 255;
export const TYPE_CAA = 257;
/** ALIAS, of the range for private use, as PowerDNS has it: a record of zone files that no answer ever holds. */
export const TYPE_ALIAS = 65401;

export const CLASS_IN = 1;
export const CLASS_CH = 3;
/** QCLASS `*` (RFC 1035 §3.2.5). */
export const CLASS_ANY = 255;

/** The number of a type mnemonic in any case, `TYPEnnn` included (RFC 3597 §5); undefined if there is none. */
export function parseType(text: string): number | undefined {
  const upper = text.toUpperCase();
  return NUMBERS.get(upper) ?? parseGeneric(upper);
}

/** The mnemonic of a type, `TYPEnnn` for one without (RFC 3597 §5). */
export function formatType(type: number): string {
  return MNEMONICS.get(type) ?? `TYPE${type}`;
}

/** All type mnemonics, for suggestions. */
export function listTypes(): string[] {
  return [...NUMBERS.keys()];
}

/**
 * Whether records of a type may be data of a zone: not those that are asked for or that travel with a message only
 * (RFC 6895 §3.1, RFC 9824 for NXNAME), nor 0 and 65535, which are reserved, nor ALIAS, which no answer holds.
 */
export function isDataType(type: number): boolean {
  if (type === TYPE_OPT || type === TYPE_ALIAS) return false;
  return type > 0 && type < 65_535 && (type < TYPE_NXNAME || type > TYPE_ANY);
}

function parseGeneric(upper: string): number | undefined {
  const digits = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return number <= 0xffff ? number : undefined;
}

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["A", TYPE_A],
  ["NS", TYPE_NS],
  ["MD", 3],
  ["MF", 4],
  ["CNAME", TYPE_CNAME],
  ["SOA", TYPE_SOA],
  ["MB", 7],
  ["MG", 8],
  ["MR", 9],
  ["NULL", 10],
  ["WKS", 11],
  ["PTR", TYPE_PTR],
  ["HINFO", 13],
  ["MINFO", 14],
  ["MX", TYPE_MX],
  ["TXT", TYPE_TXT],
  ["RP", 17],
  ["AFSDB", 18],
  ["X25", 19],
  ["ISDN", 20],
  ["RT", 21],
  ["NSAP", 22],
  ["NSAP-PTR", 23],
  ["SIG", 24],
  ["KEY", 25],
  ["PX", 26],
  ["GPOS", 27],
  ["AAAA", TYPE_AAAA],
  ["LOC", 29],
  ["NXT", 30],
  ["EID", 31],
  ["NIMLOC", 32],
  ["SRV", TYPE_SRV],
  ["ATMA", 34],
  ["NAPTR", 35],
  ["KX", 36],
  ["CERT", 37],
  ["A6", 38],
  ["DNAME", TYPE_DNAME],
  ["SINK", 40],
  ["OPT", TYPE_OPT],
  ["APL", 42],
  ["DS", TYPE_DS],
  ["SSHFP", 44],
  ["IPSECKEY", 45],
  ["RRSIG", TYPE_RRSIG],
  ["NSEC", TYPE_NSEC],
  ["DNSKEY", TYPE_DNSKEY],
  ["DHCID", 49],
  ["NSEC3", 50],
  ["NSEC3PARAM", 51],
  ["TLSA", 52],
  ["SMIMEA", 53],
  ["HIP", 55],
  ["NINFO", 56],
  ["RKEY", 57],
  ["TALINK", 58],
  ["CDS", 59],
  ["CDNSKEY", 60],
  ["OPENPGPKEY", 61],
  ["CSYNC", 62],
  ["ZONEMD", 63],
  ["SVCB", TYPE_SVCB],
  ["HTTPS", TYPE_HTTPS],
  ["DSYNC", 66],
  ["HHIT", 67],
  ["BRID", 68],
  ["SPF", TYPE_SPF],
  ["UINFO", 100],
  ["UID", 101],
  ["GID", 102],
  ["UNSPEC", 103],
  ["NID", 104],
  ["L32", 105],
  ["L64", 106],
  ["LP", 107],
  ["EUI48", 108],
  ["EUI64", 109],
  ["NXNAME", TYPE_NXNAME],
  ["TKEY", TYPE_TKEY],
  ["TSIG", TYPE_TSIG],
  ["IXFR", TYPE_IXFR],
  ["AXFR", TYPE_AXFR],
  ["MAILB", TYPE_MAILB],
  ["MAILA", TYPE_MAILA],
  ["ANY", TYPE_ANY],
  ["URI", 256],
  ["CAA", TYPE_CAA],
  ["AVC", 258],
  ["DOA", 259],
  ["AMTRELAY", 260],
  ["RESINFO", 261],
  ["WALLET", 262],
  ["CLA", 263],
  ["IPN", 264],
  ["TA", 32768],
  ["DLV", 32769],
  ["ALIAS", TYPE_ALIAS],
]);

const MNEMONICS: ReadonlyMap<number, string> = new Map(
  [...NUMBERS].map(([mnemonic, number]) => [number, mnemonic]),
);
