/** IANA "DNS RCODEs", from 0 on. */
export const RCODES: readonly string[] = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
];

/** The mnemonic of an RCODE, for messages. */
export function formatRcode(rcode: number): string {
  return RCODES[rcode] ?? `RCODE ${rcode}`;
}
