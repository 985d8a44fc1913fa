/** Header fields, RCODEs and option codes (RFC 1035 §4.1.1, RFC 6891 §6, IANA DNS parameters). */

export const HEADER_OCTETS = 12;

/** Masks of the third header octet. */
export const QR_BIT = 0x80;
export const OPCODE_MASK = 0x78;
export const AA_BIT = 0x04;
export const TC_BIT = 0x02;
export const RD_BIT = 0x01;
/** Masks of the fourth header octet. */
export const CD_BIT = 0x10;

export const RCODE_NOERROR = 0;
export const RCODE_FORMERR = 1;
export const RCODE_SERVFAIL = 2;
export const RCODE_NXDOMAIN = 3;
export const RCODE_NOTIMP = 4;
export const RCODE_REFUSED = 5;
/** A name that exists though it should not: here, one that a DNAME makes too long (RFC 6672 §2.2). */
export const RCODE_YXDOMAIN = 6;
export const RCODE_NOTAUTH = 9;
/** Extended: its upper eight bits stand in the OPT record. */
export const RCODE_BADVERS = 16;
/** Extended, too (RFC 7873 §8). */
export const RCODE_BADCOOKIE = 23;

export const OPTION_NSID = 3;
export const OPTION_CLIENT_SUBNET = 8;
export const OPTION_EXPIRE = 9;
export const OPTION_COOKIE = 10;
export const OPTION_KEEPALIVE = 11;
export const OPTION_PADDING = 12;
export const OPTION_EXTENDED_ERROR = 15;

/** Of an EDNS option: code and length. */
export const OPTION_HEAD_OCTETS = 4;

/** Without EDNS a UDP response has at most this many octets (RFC 1035 §4.2.1). */
export const CLASSIC_UDP_OCTETS = 512;
/** What our UDP side takes and sends at most: no path fragments it (RFC 9715). */
export const SAFE_UDP_OCTETS = 1232;
export const MAX_MESSAGE_OCTETS = 65_535;
