/**
 * Why there is no answer, for whoever looks at a resolver's log: the INFO-CODEs (RFC 8914 §4) that this server uses, where
 * NSD and Knot use them.
 */
export const EXTENDED_ERROR = {
  none: -1,
  /** Other Error: the name is steered, or an alias, and has no value that could be answered now. */
  nothingUp: 0,
  /** No zone here holds the name, or none is of that class. */
  notAuthoritative: 20,
  /** The zone is served here and has no data: it was never transferred, or has expired. */
  invalidData: 24,
} as const;

const NOTHING = new Uint8Array(0);
const NOTHING_UP = Uint8Array.from(Buffer.from("no value is up"));

/** @returns the EXTRA-TEXT that goes with an INFO-CODE, UTF-8: for the one that says nothing by itself */
export function extraTextOf(infoCode: number): Uint8Array {
  return infoCode === EXTENDED_ERROR.nothingUp ? NOTHING_UP : NOTHING;
}
