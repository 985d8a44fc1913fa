/**
 * Why there is no answer, for whoever looks at a resolver's log: the INFO-CODEs (RFC 8914 §4) that this server uses, where
 * NSD and Knot use them.
 */
export const EXTENDED_ERROR = {
  none: -1,
  /** No zone here holds the name, or none is of that class. */
  notAuthoritative: 20,
  /** The zone is served here and has no data: it was never transferred, or has expired. */
  invalidData: 24,
} as const;
