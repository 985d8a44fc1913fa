/** Mnemonic of the types that pools usually hold; RFC 3597 §5 for any other. */
export function formatRecordType(type: number): string {
  return TYPES[type] ?? `TYPE${type}`;
}

const TYPES: Readonly<Record<number, string>> = {
  1: "A",
  5: "CNAME",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  64: "SVCB",
  65: "HTTPS",
};

/** A number and what it is of, in the plural where it is due. */
export function formatCount(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
