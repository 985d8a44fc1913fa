/**
 * Where things stand in the published image. A segment and the answer sets are each one SharedArrayBuffer, read as octets
 * and as native-endian 32-bit words; a small segment is published in one that it shares with others, see segment-chunks.ts.
 * References are octet offsets from the start of the buffer, always a multiple of four; 0 means "none". Word numbers below are relative to the structure they belong to.
 */

/** Segment header. */
export const SEGMENT = {
  /** Mask of the node table. */
  tableMask: 0,
  /** Node table: two words per slot, the name's hash and the node (0: free). */
  table: 1,
  apex: 2,
  /** Octets of the apex name, terminal zero included. */
  apexLength: 3,
  apexLabels: 4,
  /** RRset: the SOA as it stands in negative answers. */
  negativeSoa: 5,
  /** Number of this zone's first plan in the plan table of the answer sets; set when the segment is published. */
  planBase: 6,
  /** 1 for a zone that has no data at the moment: SERVFAIL. */
  unavailable: 7,
  /** Where in the table of expiry-table.ts a zone that is kept elsewhere has its time; 0: it is our own. */
  expirySlot: 8,
  words: 9,
} as const;

/** A name of a zone, followed by two words per RRset: type and kind, then RRset or steered entry. */
export const NODE = {
  /** Where its lower-case wire name starts. */
  name: 0,
  nameLength: 1,
  /** Where the zone's own data ends on the way down to this name: a zone cut, possibly itself, or a DNAME's owner above. */
  cut: 2,
  /** The node of `*` directly below. */
  wildcard: 3,
  /** How many, and OWNS_DNAME. */
  rrsets: 4,
  words: 5,
} as const;

/** Set in a node's count of RRsets if the names below it are redirected by a DNAME record that it owns. */
export const OWNS_DNAME = 0x10000;

/** Set in the first word of a node's RRset entry when the answer is decided per class of client. */
export const STEERED = 0x10000;

/** Set beside STEERED where the answer is that of another name, if this server has it (an ALIAS record). */
export const ALIASED = 0x20000;

/** What a steered RRset entry points to. */
export const STEERED_ENTRY = {
  /** Relative to the segment's planBase. */
  plan: 0,
  /** First rotation counter of this name and type; a class's answer set adds its own number. */
  slotBase: 1,
  words: 2,
} as const;

/** What follows a steered entry that is ALIASED. */
export const ALIAS_ENTRY = {
  /** Where the lower-case wire name of the target starts. */
  target: 2,
  /** Seconds: the longest TTL of its answers. */
  ttl: 3,
  words: 4,
} as const;

export const NO_ROTATION = 0xffffffff;

/**
 * An RRset in wire form, ready to be copied; its records follow. What it refers to itself, it does so from its own start,
 * so that it can be moved as it is.
 */
export const RRSET = {
  type: 0,
  count: 1,
  /** Records per answer. */
  answers: 2,
  /** Answer counter (relative to slotBase in a steered set) or NO_ROTATION. */
  rotation: 3,
  /** Cycle of leading records (16-bit numbers), and its length; none: they lead in turn. */
  cycle: 4,
  cycleLength: 5,
  /** Octets of one record, if all have the same length and hold no compressed name; else 0. */
  stride: 6,
  /**
   * CNAME: where its lower-case target starts. NS, MX, SRV, SVCB, HTTPS: one node per record, where the addresses of the
   * name in its rdata are, 0 if not in this zone; none if all are.
   */
  targets: 7,
  /** Set if the client's prefix decides which record leads. */
  sticky: 8,
  words: 9,
} as const;

/** How a client's prefix decides; two words per record follow, its seed and its weight (32-bit float). */
export const STICKY = {
  /** Bits of an IPv4 and of an IPv6 client that count. */
  prefix4: 0,
  prefix6: 1,
  words: 2,
} as const;

/** Answer sets header. */
export const SETS = {
  /** Two words per plan: where it is, and the number of its location map plus one (0: every client is of class 0). */
  table: 0,
  words: 1,
} as const;

/** In place of an RRset: these clients get SERVFAIL. */
export const SERVFAIL_SET = 1;

/** A plan is one word per class of clients: its RRset from the plan's start on, SERVFAIL_SET, or 0 for NODATA. */

/** Octets of a record in front of its rdata, without the owner: type, class, TTL, rdata length. */
export const RECORD_HEAD_OCTETS = 10;
