/** Extended RCODEs that stand in a TSIG record (RFC 8945 §3). */
export const BADSIG = 16;
export const BADKEY = 17;
export const BADTIME = 18;
export const BADTRUNC = 22;

/** The mnemonic of an error, for messages. */
export function formatTsigError(error: number): string {
  return NAMES.get(error) ?? `error ${error}`;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [BADSIG, "BADSIG"],
  [BADKEY, "BADKEY"],
  [BADTIME, "BADTIME"],
  [BADTRUNC, "BADTRUNC"],
]);
