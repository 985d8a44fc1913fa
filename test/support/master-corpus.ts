/** Master files that are tricky to read, and where the name servers of others are known to make something else of them. */

export type Server = "named" | "nsd" | "knot" | "ldns";

export interface CorpusFile {
  readonly name: string;
  /** Behind `$ORIGIN example.com.`, `$TTL` and the records of the apex, if it does not say `$ORIGIN` itself. */
  readonly text: string;
  /** Files beside it. */
  readonly parts?: Readonly<Record<string, string>>;
  /** Whether rondo refuses it. */
  readonly isRefused?: true;
  /** Servers that do otherwise: that load what rondo refuses, refuse what it loads, or load something else. And why. */
  readonly otherwise?: Partial<Readonly<Record<Server, string>>>;
}

const NO_INCLUDE = { ldns: "has no $INCLUDE" };
const NO_GENERATE = {
  nsd: "has no $GENERATE",
  knot: "has no $GENERATE",
  ldns: "has no $GENERATE",
};

const APEX = `@ 3600 IN SOA ns1.example.net. hostmaster.example.net. 7 7200 1800 1209600 60
@ 3600 IN NS ns1.example.net.
@ 3600 IN NS ns2.example.net.
`;

/** The whole text of a file of the corpus. */
export function textOf({ text }: CorpusFile): string {
  return text.includes("$ORIGIN example.com.\n")
    ? text
    : `$ORIGIN example.com.\n$TTL 3600\n${APEX}${text}`;
}

export const CORPUS: readonly CorpusFile[] = [
  { name: "plain", text: "a A 192.0.2.1\nb AAAA 2001:db8::1\nc CNAME a\nd MX 10 a\ne TXT text\n" },
  {
    name: "class-and-ttl",
    text: "a 60 IN A 192.0.2.1\nb IN 60 A 192.0.2.1\nc IN A 192.0.2.1\nd 60 A 192.0.2.1\n",
    otherwise: { ldns: "wants the TTL in front of the class" },
  },
  {
    name: "class-generic",
    text: "a CLASS1 A 192.0.2.1\n",
    otherwise: { knot: "does not know it" },
  },
  {
    name: "units",
    text: "a 1m A 192.0.2.1\nb 1H30M A 192.0.2.1\nc 1w2d3h4m5s A 192.0.2.1\nd 0 A 192.0.2.1\n",
  },
  {
    name: "unit-left-out",
    text: "a 1h30 A 192.0.2.1\n",
    otherwise: {
      named: "wants a unit behind every number",
      knot: "wants a unit behind every number",
    },
  },
  {
    name: "soa-units",
    text: `$ORIGIN example.com.\n$TTL 1h\n@ SOA ns1.example.net. a.b. ( 1 ; serial\n 2h 30m 2w 1m )\n@ NS ns1.example.net.\n`,
  },
  { name: "blank-owner", text: "a A 192.0.2.1\n  A 192.0.2.2\n\tTXT x\n; comment\n\n  TXT y\n" },
  { name: "at", text: "@ TXT x\na MX 1 @\n\\@ TXT y\n" },
  { name: "case", text: "A a 192.0.2.1\nb cname A\nC Mx 5 NS1.Example.NET.\n" },
  {
    name: "parentheses",
    text: "a ( A\n 192.0.2.1 )\nc TXT (a\nb\n\n; x ) y\n c ) ; d\n",
  },
  {
    name: "parentheses-owner",
    text: "(a) A 192.0.2.1\n",
    otherwise: { nsd: "wants it in front", knot: "wants it in front" },
  },
  {
    name: "parentheses-nested",
    text: "a TXT ( a ( b\n c ) d )\n",
    otherwise: { nsd: "knows one level only", knot: "knows one level only" },
  },
  {
    name: "parenthesis-in-word",
    text: "a TXT (x)y(z)\n",
    otherwise: { knot: "lets a closing one be part of a word", ldns: "takes all for one word" },
  },
  {
    name: "line-ends",
    text: 'a A 192.0.2.1\r\n  A 192.0.2.2\r\nb TXT "x" ; y\r\nc TXT ( a\r\n b )\r\n',
    otherwise: { knot: "refuses CRLF" },
  },
  { name: "no-line-end", text: "a A 192.0.2.1" },
  { name: "no-line-end-comment", text: "a A 192.0.2.1 ; x" },
  { name: "tabs", text: "a\t60\tIN\tA\t192.0.2.1\n\t60\tA\t192.0.2.2\t\n" },
  { name: "text", text: 'a TXT "a b" c "" "d;e" f\\;g "h\\"i" j\\"k "\\\\"\n' },
  { name: "text-decimal", text: 'a TXT \\000\\255 "\\032\\010" \\1265\n' },
  {
    name: "text-side-by-side",
    text: 'a TXT "x""y" z"w"\n',
    otherwise: { knot: "wants a space between", ldns: "takes them for one" },
  },
  {
    name: "text-not-ascii",
    text: 'a TXT "grüße" grüße\n',
    otherwise: { knot: "wants them escaped" },
  },
  { name: "text-long", text: `a TXT "${"x".repeat(255)}" "${"y".repeat(255)}"\n` },
  {
    name: "text-too-long",
    isRefused: true,
    text: `a TXT "${"x".repeat(256)}"\n`,
    otherwise: { knot: "makes two of it" },
  },
  {
    name: "text-escaped-line-end",
    text: 'a TXT "x\\\ny"\n',
    otherwise: { nsd: "goes astray", knot: "ends the line", ldns: "ends the line" },
  },
  {
    name: "text-line-end",
    isRefused: true,
    text: 'a TXT "x\ny"\n',
    otherwise: { nsd: "goes on" },
  },
  {
    name: "text-open",
    isRefused: true,
    text: 'a TXT "x\n',
    otherwise: { ldns: "lets the file end it" },
  },
  {
    name: "text-octets",
    isRefused: true,
    text: "a TXT \\256\n",
    otherwise: { nsd: "takes the backslash for nothing" },
  },
  {
    name: "names",
    text: "a\\.b A 192.0.2.1\n\\065 TXT x\na\\032b TXT x\n_x._y TXT x\n*.w TXT x\nx-- TXT x\n1 TXT x\n",
  },
  {
    name: "names-absolute",
    text: "a.example.com. A 192.0.2.1\nb MX 1 .\nc CNAME a.example.com.\n",
  },
  { name: "names-long", text: `${"x".repeat(63)} TXT x\n${"a.".repeat(119)}bbb TXT x\n` },
  { name: "label-too-long", isRefused: true, text: `${"x".repeat(64)} TXT x\n` },
  {
    name: "name-too-long",
    isRefused: true,
    text: `${"a.".repeat(122)}b TXT x\n`,
    otherwise: { ldns: "leaves it out" },
  },
  { name: "label-empty", isRefused: true, text: "a..b TXT x\n" },
  {
    name: "origin",
    text: "$ORIGIN a.example.com.\nb TXT x\n@ TXT y\n$ORIGIN c\nd TXT z\n",
    otherwise: {
      nsd: "wants an absolute name",
      knot: "wants an absolute name",
      ldns: "takes it for absolute",
    },
  },
  { name: "origin-above", text: "$ORIGIN .\nb.example.com TXT y\n" },
  { name: "origin-keeps-owner", text: "a TXT x\n$ORIGIN b.example.com.\n  TXT y\n" },
  {
    name: "ttl-directive",
    text: "a TXT x\n$TTL 1h\nb TXT x\n$TTL 60\nc TXT x\nd 5 TXT x\ne TXT x\n",
  },
  {
    name: "ttl-of-record-before",
    text: `$ORIGIN example.com.\n${APEX.replaceAll("3600", "5000")}a 60 TXT x\nb TXT x\n`,
    otherwise: { nsd: "takes one hour", knot: "takes one hour" },
  },
  {
    name: "ttl-of-soa",
    text: `$ORIGIN example.com.\n${APEX.replaceAll("3600 ", "")}a TXT x\n`,
    otherwise: { nsd: "takes one hour", knot: "takes one hour", ldns: "takes one hour" },
  },
  {
    name: "ttl-too-long",
    isRefused: true,
    text: "a 2147483648 TXT x\n",
    otherwise: { named: "takes 0", nsd: "takes 0", knot: "takes it", ldns: "takes it" },
  },
  {
    name: "ttl-differs",
    text: "a 60 TXT x\nb TXT x\na 30 TXT y\n",
  },
  {
    name: "ttl-falls",
    text: "a 60 TXT x\na 30 TXT y\n",
    otherwise: { named: "takes the first of neighbours" },
  },
  {
    name: "ttl-rises",
    text: "a 30 TXT x\na 60 TXT y\n",
    otherwise: { knot: "takes the last" },
  },
  {
    name: "twice",
    text: "a TXT x\na TXT y\na TXT x\nb NS ns.a.\nb NS NS.A.\n",
  },
  {
    name: "generic-type",
    text: "a TYPE65280 \\# 4 01020304\nb TYPE65281 \\# 0\nc type65282 \\# 3 ( 01 02\n 03 )\n",
  },
  {
    name: "generic-known",
    text: "a TYPE1 \\# 4 C0000201\nb TXT \\# 2 0161\nc A \\# 4 ( c000 0201 )\n",
  },
  {
    name: "generic-wrong-length",
    isRefused: true,
    text: "a TYPE65280 \\# 3 0102\n",
    otherwise: { nsd: "counts the octets itself" },
  },
  {
    name: "generic-wrong",
    isRefused: true,
    text: "a A \\# 3 010203\n",
    otherwise: { knot: "checks no further" },
  },
  { name: "type-unknown", isRefused: true, text: "a NOTYPE x\n" },
  { name: "type-missing", isRefused: true, text: "a 60 IN\n" },
  { name: "address-wrong", isRefused: true, text: "a A 192.0.2.256\n" },
  {
    name: "address-leading-zero",
    isRefused: true,
    text: "a A 192.0.2.010\n",
  },
  {
    name: "address-six",
    text: "a AAAA ::\nb AAAA ::1\nc AAAA 1::\nd AAAA 1:2:3:4:5:6:7:8\ne AAAA ::ffff:192.0.2.1\nf AAAA 1::8\n",
  },
  { name: "address-six-wrong", isRefused: true, text: "a AAAA 1:2:3:4:5:6:7\n" },
  { name: "word-too-many", isRefused: true, text: "a A 192.0.2.1 192.0.2.2\n" },
  { name: "class-other", isRefused: true, text: "a CH TXT x\n", otherwise: { ldns: "takes any" } },
  {
    name: "parenthesis-open",
    isRefused: true,
    text: "a TXT ( x\n",
    otherwise: { nsd: "lets the file end it", ldns: "lets the file end it" },
  },
  {
    name: "parenthesis-stray",
    isRefused: true,
    text: "a TXT x )\n",
    otherwise: { ldns: "leaves it out" },
  },
  {
    name: "directive-unknown",
    isRefused: true,
    text: "$NOTHING x\n",
    otherwise: { ldns: "takes it for a name" },
  },
  {
    name: "owner-missing",
    isRefused: true,
    text: ` 60 TXT x\n$ORIGIN example.com.\n${APEX}`,
    otherwise: { nsd: "takes the origin", ldns: "takes the origin" },
  },
  {
    name: "out-of-zone",
    text: "a TXT x\nb.example.org. TXT x\n  TXT y\nc TXT x\n",
    otherwise: { nsd: "refuses it" },
  },
  {
    name: "cname-and-other",
    isRefused: true,
    text: "a CNAME b\na TXT x\n",
    otherwise: { ldns: "does not look" },
  },
  {
    name: "cname-twice",
    isRefused: true,
    text: "a CNAME b\na CNAME c\n",
    otherwise: { ldns: "does not look" },
  },
  {
    name: "soa-twice",
    isRefused: true,
    text: "@ SOA a. b. 1 2 3 4 5\n",
    otherwise: { knot: "takes the last", ldns: "does not look" },
  },
  {
    name: "soa-elsewhere",
    isRefused: true,
    text: "a SOA a. b. 1 2 3 4 5\n",
    otherwise: { knot: "leaves it out", ldns: "does not look" },
  },
  {
    name: "soa-missing",
    isRefused: true,
    text: "$ORIGIN example.com.\n$TTL 60\n@ NS ns1.example.net.\n",
    otherwise: { ldns: "does not look" },
  },
  {
    name: "ns-missing",
    isRefused: true,
    text: "$ORIGIN example.com.\n$TTL 60\n@ SOA a. b. 1 2 3 4 5\n",
    otherwise: { nsd: "does not look", ldns: "does not look" },
  },
  { name: "dname", text: "a DNAME b.example.net.\n" },
  {
    name: "dname-above",
    isRefused: true,
    text: "a DNAME b.example.net.\nc.a TXT x\n",
    otherwise: { named: "leaves them unanswered", ldns: "does not look" },
  },
  {
    name: "delegation",
    text: "a NS ns.a\nns.a A 192.0.2.1\na DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000\n",
  },
  {
    name: "types",
    text: 'a SRV 1 2 3 b\na CAA 0 issue "ca.example.net"\na NAPTR 1 2 "u" "E2U+sip" "!^.*$!sip:a@b!" .\na SSHFP 1 1 0123456789abcdef0123456789abcdef01234567\na LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m\na HINFO "x" "y z"\na RP a.b c.d\na AFSDB 1 b\na URI 10 1 "https://example.com/"\n',
  },
  {
    name: "type-svcb",
    text: 'a HTTPS 1 . alpn="h2,h3" port=8443\nb SVCB 1 c key65333="x y"\n',
  },
  {
    name: "include",
    text: "a TXT x\n$INCLUDE part.db\n  TXT y\n",
    parts: { "part.db": "b TXT x\n$ORIGIN c.example.com.\nd TXT x\n" },
    otherwise: { ...NO_INCLUDE, nsd: "keeps the owner of the part" },
  },
  {
    name: "include-origin",
    text: "$INCLUDE part.db s.example.com.\nz TXT x\n",
    parts: { "part.db": "b TXT x\n@ TXT y\n" },
    otherwise: NO_INCLUDE,
  },
  {
    name: "include-owner",
    text: "a TXT x\n$INCLUDE part.db\n",
    parts: { "part.db": "  TXT y\n" },
    otherwise: { ...NO_INCLUDE, knot: "knows no owner yet" },
  },
  {
    name: "include-ttl",
    text: "$INCLUDE part.db\na TXT x\n",
    parts: { "part.db": "$TTL 60\nb TXT x\n" },
    otherwise: { ...NO_INCLUDE, knot: "ends $TTL with the part" },
  },
  { name: "include-missing", isRefused: true, text: "$INCLUDE nothing.db\n" },
  {
    name: "generate",
    text: `$GENERATE 1-3 h$ A 192.0.2.$\n$GENERATE 0-10/5 ${number("1,3,d")} CNAME x${number("0,0,x")}.example.net.\n`,
    otherwise: NO_GENERATE,
  },
  {
    name: "generate-nibbles",
    text: `$GENERATE 10-12 ${number("0,3,n")}.p PTR h$.example.net.\n$GENERATE 171-172 a\\$$ TXT ${number("0,8,X")}-${number("0,2,o")}\n`,
    otherwise: NO_GENERATE,
  },
  {
    name: "generate-quoted",
    text: '$GENERATE 1-2 h$ 60 TXT "a b$"\n$GENERATE 1-2 m$ MX "$ mail"\n',
    otherwise: NO_GENERATE,
  },
];

/** A number of `$GENERATE` in another form than decimal. */
function number(format: string): string {
  return `\${${format}}`;
}
