/**
 * What the rdata of each record type consists of: one row per type. Reading, checking and writing all go by this table;
 * a type without a row has the generic form of RFC 3597 only.
 */
import { parseType } from "../wire/rr-types.ts";
import { DISCOVERY, GATEWAY, IPV4, IPV6, RELAY } from "./address-codecs.ts";
import {
  BASE64,
  DASHED_BASE64,
  EUI48,
  EUI64,
  HASH,
  HEX,
  NODE_ID,
  NSAP,
  OPTIONAL_BASE64,
  SALT,
} from "./binary-codecs.ts";
import { OLD_TYPES, SERVICES, TYPES } from "./bitmap-codecs.ts";
import { explainBadDigest } from "./explain-bad-digest.ts";
import type { FieldCodec } from "./field-codec.ts";
import { HOST_IDENTITY } from "./host-identity-codec.ts";
import { LOCATION } from "./location-codec.ts";
import { ALGORITHM, CERTIFICATE, PROTOCOL, SCHEME } from "./mnemonic-codecs.ts";
import { MAILBOX, NAME, NAMES } from "./name-codecs.ts";
import { MOMENT, OLD_TYPE, TIME, TYPE, U8, U16, U32, U64 } from "./number-codecs.ts";
import { PREFIXES } from "./prefix-codec.ts";
import { PARAMS } from "./service-codec.ts";
import { explainBadService } from "./svc-params.ts";
import {
  explainBadNumber,
  explainBadTag,
  OPTIONAL_STRING,
  STRING,
  STRINGS,
  TAG,
  TEXT,
} from "./text-codecs.ts";

/** A word or more of presentation format, by the key it has in a mapping. */
export interface RdataKey {
  /** octoDNS's where it has the type. The first is the one to write; the others are older spellings. */
  readonly keys: readonly [string, ...string[]];
  /** What stands for it where a mapping leaves it out. */
  readonly absent?: string;
}

export interface RdataLayout {
  /** In wire order; what messages call a field, and how it is read. */
  readonly fields: readonly { readonly name: string; readonly codec: FieldCodec }[];
  /** In the order of presentation format. */
  readonly keys: readonly RdataKey[];
  /** In presentation format, for messages and the manual. */
  readonly example: string;
  /** What only the parts together can be wrong about, in rdata whose parts are all well-formed. */
  readonly explainBad?: (octets: Uint8Array) => string | undefined;
}

type Column = readonly [keys: string, codec: FieldCodec, absent?: string];

/**
 * @param columns `key other-spelling` and how the field is read
 * @param more keys where these are not the fields'; and checks
 */
function row(
  example: string,
  columns: readonly Column[],
  more: Partial<RdataLayout> = {},
): RdataLayout {
  const keys = columns.map(([written, , absent]): RdataKey => {
    const [first = "", ...others] = written.split(" ");
    return { keys: [first, ...others], ...(absent === undefined ? {} : { absent }) };
  });
  const fields = columns.map(([, codec], i) => ({ name: keys[i]?.keys[0] ?? "", codec }));
  return { example, fields, keys, ...more };
}

const HOST = "www.example.com.";
const PREFERENCE: Column = ["preference", U16];
const ADDRESS = (example: string, codec: FieldCodec): RdataLayout =>
  row(example, [["value", codec]]);
const ALIAS = row(HOST, [["value", NAME]]);
const TEXTS = row('"first string" "second"', [["value", STRINGS]]);
const KEYS = row(
  "256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==",
  [
    ["flags", U16],
    ["protocol", U8],
    ["algorithm", ALGORITHM],
    ["public_key", BASE64],
  ],
);
const DIGEST = row(
  "60485 13 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
  [
    ["key_tag", U16],
    ["algorithm", ALGORITHM],
    ["digest_type", U8],
    ["digest", HEX],
  ],
  { explainBad: explainBadDigest },
);
const SIGNATURE = (covered: FieldCodec): RdataLayout =>
  row(
    "A 13 3 3600 20261231000000 20261201000000 60485 example.com. oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==",
    [
      ["type_covered", covered],
      ["algorithm", ALGORITHM],
      ["labels", U8],
      ["original_ttl", TIME],
      ["expiration", MOMENT],
      ["inception", MOMENT],
      ["key_tag", U16],
      ["signer", NAME],
      ["signature", BASE64],
    ],
  );
const ASSOCIATION = row("3 1 1 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a", [
  ["certificate_usage", U8],
  ["selector", U8],
  ["matching_type", U8],
  ["certificate_association_data", HEX],
]);
const SERVICE = (example: string): RdataLayout =>
  row(
    example,
    [
      ["priority svcpriority", U16],
      ["target targetname", NAME],
      ["params svcparams", PARAMS, ""],
    ],
    { explainBad: explainBadService },
  );

const ROWS: Readonly<Record<string, RdataLayout>> = {
  A: ADDRESS("192.0.2.1", IPV4),
  NS: row("ns1.example.com.", [["value", NAME]]),
  MD: ALIAS,
  MF: ALIAS,
  CNAME: ALIAS,
  SOA: row("ns1.example.com. hostmaster.example.com. 1 7200 1800 1209600 60", [
    ["mname", NAME],
    ["rname", MAILBOX],
    ["serial", U32],
    ["refresh", TIME],
    ["retry", TIME],
    ["expire", TIME],
    ["minimum", TIME],
  ]),
  MB: ALIAS,
  MG: ALIAS,
  MR: ALIAS,
  WKS: row("192.0.2.1 tcp 25 53", [
    ["address", IPV4],
    ["protocol", PROTOCOL],
    ["services", SERVICES, ""],
  ]),
  PTR: ALIAS,
  HINFO: row('"Generic PC" "NetBSD-1.4"', [
    ["cpu", STRING],
    ["os", STRING],
  ]),
  MINFO: row("admin.example.com. errors.example.com.", [
    ["rmailbx", MAILBOX],
    ["emailbx", MAILBOX],
  ]),
  MX: row("10 mail.example.com.", [
    ["preference priority", U16],
    ["exchange value", NAME],
  ]),
  TXT: TEXTS,
  RP: row("admin.example.com. info.example.com.", [
    ["mbox", MAILBOX],
    ["txt", NAME],
  ]),
  AFSDB: row("1 afs.example.com.", [
    ["subtype", U16],
    ["hostname", NAME],
  ]),
  X25: row('"311061700956"', [["address", STRING]], { explainBad: explainBadNumber }),
  ISDN: row('"150862028003217" "004"', [
    ["address", STRING],
    ["subaddress", OPTIONAL_STRING, ""],
  ]),
  RT: row("10 relay.example.com.", [PREFERENCE, ["host", NAME]]),
  NSAP: row("0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00", [["value", NSAP]]),
  "NSAP-PTR": ALIAS,
  SIG: SIGNATURE(OLD_TYPE),
  KEY: row(KEYS.example, [
    ["flags", U16],
    ["protocol", U8],
    ["algorithm", ALGORITHM],
    // A key of "no key" has none (RFC 2535 §3.1.2).
    ["public_key", OPTIONAL_BASE64, ""],
  ]),
  PX: row("10 map.example.com. x400.example.com.", [
    PREFERENCE,
    ["map822", NAME],
    ["mapx400", NAME],
  ]),
  GPOS: row('"-32.6882" "116.8652" "10.0"', [
    ["longitude", STRING],
    ["latitude", STRING],
    ["altitude", STRING],
  ]),
  AAAA: ADDRESS("2001:db8::1", IPV6),
  LOC: row("52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m", [["location", LOCATION]], {
    keys: [
      { keys: ["lat_degrees"] },
      { keys: ["lat_minutes"], absent: "0" },
      { keys: ["lat_seconds"], absent: "0" },
      { keys: ["lat_direction"] },
      { keys: ["long_degrees"] },
      { keys: ["long_minutes"], absent: "0" },
      { keys: ["long_seconds"], absent: "0" },
      { keys: ["long_direction"] },
      { keys: ["altitude"], absent: "0" },
      { keys: ["size"], absent: "1" },
      { keys: ["precision_horz"], absent: "10000" },
      { keys: ["precision_vert"], absent: "10" },
    ],
  }),
  NXT: row("big.example.com. A MX SIG NXT", [
    ["next", NAME],
    ["types", OLD_TYPES],
  ]),
  EID: row("e32c6f78163a9348", [["value", HEX]]),
  NIMLOC: row("322504200a0001", [["value", HEX]]),
  SRV: row("10 5 443 www.example.com.", [
    ["priority", U16],
    ["weight", U16],
    ["port", U16],
    ["target", NAME],
  ]),
  NAPTR: row('100 50 "s" "SIP+D2U" "" _sip._udp.example.com.', [
    ["order", U16],
    PREFERENCE,
    ["flags", STRING],
    ["service", STRING],
    ["regexp", STRING],
    ["replacement", NAME],
  ]),
  KX: row("10 kx.example.com.", [PREFERENCE, ["exchanger", NAME]]),
  CERT: row("PKIX 60485 RSASHA256 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD", [
    ["type", CERTIFICATE],
    ["key_tag", U16],
    ["algorithm", ALGORITHM],
    ["certificate", BASE64],
  ]),
  DNAME: row("example.net.", [["value", NAME]]),
  APL: row("1:192.0.2.0/24 !2:2001:db8::/32", [["value", PREFIXES, ""]]),
  DS: DIGEST,
  SSHFP: row("4 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a", [
    ["algorithm", U8],
    ["fingerprint_type", U8],
    ["fingerprint", HEX],
  ]),
  IPSECKEY: row("10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==", [
    ["precedence", U8],
    ["gateway_type", U8],
    ["algorithm", U8],
    ["gateway", GATEWAY],
    ["public_key", OPTIONAL_BASE64, ""],
  ]),
  RRSIG: SIGNATURE(TYPE),
  NSEC: row("host.example.com. A MX RRSIG NSEC TYPE1234", [
    ["next", NAME],
    ["types", TYPES, ""],
  ]),
  DNSKEY: KEYS,
  DHCID: row("AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", [["value", BASE64]]),
  NSEC3: row("1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG", [
    ["algorithm", U8],
    ["flags", U8],
    ["iterations", U16],
    ["salt", SALT],
    ["next", HASH],
    ["types", TYPES, ""],
  ]),
  NSEC3PARAM: row("1 0 0 -", [
    ["algorithm", U8],
    ["flags", U8],
    ["iterations", U16],
    ["salt", SALT],
  ]),
  TLSA: ASSOCIATION,
  SMIMEA: ASSOCIATION,
  HIP: row(
    "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p rvs.example.com.",
    [
      ["identity", HOST_IDENTITY],
      ["servers", NAMES],
    ],
    {
      keys: [
        { keys: ["algorithm"] },
        { keys: ["hit"] },
        { keys: ["public_key"] },
        { keys: ["servers"], absent: "" },
      ],
    },
  ),
  NINFO: TEXTS,
  RKEY: row("0 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD", [
    ["flags", U16],
    ["protocol", U8],
    ["algorithm", ALGORITHM],
    ["public_key", BASE64],
  ]),
  TALINK: row("previous.example.com. next.example.com.", [
    ["previous", NAME],
    ["next", NAME],
  ]),
  CDS: DIGEST,
  CDNSKEY: KEYS,
  OPENPGPKEY: row("mDMEXEcE6RYJKwYBBAHaRw8BAQdArjWwk3FAqyiFbFBKT4TzXcVBqPTB3gmzlC/Ub7O1u10=", [
    ["value", BASE64],
  ]),
  CSYNC: row("66 3 A NS AAAA", [
    ["serial", U32],
    ["flags", U16],
    ["types", TYPES, ""],
  ]),
  ZONEMD: row(
    "2018031500 1 1 616c6c6f77656420616c6c6f77656420616c6c6f77656420616c6c6f77656420616c6c6f77656420616c6c6f77656421",
    [
      ["serial", U32],
      ["scheme", U8],
      ["algorithm", U8],
      ["digest", HEX],
    ],
  ),
  SVCB: SERVICE("1 svc.example.com. alpn=dot port=853"),
  HTTPS: SERVICE("1 . alpn=h2,h3 port=8443"),
  DSYNC: row("CDS NOTIFY 5300 notify.example.com.", [
    ["type", TYPE],
    ["scheme", SCHEME],
    ["port", U16],
    ["target", NAME],
  ]),
  HHIT: row("gwppM2ZmMDAwMDAwMDAwMDAwMDAwMDAw", [["value", BASE64]]),
  BRID: row("owAAAYgEUQEgAQA/8AAA", [["value", BASE64]]),
  SPF: row('"v=spf1 -all"', [["value", STRINGS]]),
  NID: row("10 0014:4fff:ff20:ee64", [PREFERENCE, ["node_id", NODE_ID]]),
  L32: row("10 10.1.2.0", [PREFERENCE, ["locator", IPV4]]),
  L64: row("10 2001:0db8:1140:1000", [PREFERENCE, ["locator", NODE_ID]]),
  LP: row("10 l64.example.com.", [PREFERENCE, ["fqdn", NAME]]),
  EUI48: row("00-00-5e-00-53-2a", [["value", EUI48]]),
  EUI64: row("00-00-5e-ef-10-00-00-2a", [["value", EUI64]]),
  URI: row(
    '10 1 "https://www.example.com/path"',
    [
      ["priority", U16],
      ["weight", U16],
      ["target", TEXT],
    ],
    {
      explainBad: (octets) =>
        octets.length > 4 ? undefined : "the target is empty (RFC 7553 §4.4)",
    },
  ),
  CAA: row(
    '0 issue "ca.example.net"',
    [
      ["flags", U8, "0"],
      ["tag", TAG],
      ["value", TEXT],
    ],
    { explainBad: explainBadTag },
  ),
  AVC: row('"app-name:WOLFGANG|app-class:OAM"', [["value", STRINGS]]),
  DOA: row('0 1 2 "" aHR0cHM6Ly93d3cuaXNjLm9yZy8=', [
    ["enterprise", U32],
    ["type", U32],
    ["location", U8],
    ["media_type", STRING],
    ["data", DASHED_BASE64],
  ]),
  AMTRELAY: row(
    "10 0 3 amtrelays.example.com.",
    [
      ["precedence", U8],
      ["relay", DISCOVERY],
      ["relay", RELAY],
    ],
    {
      keys: [
        { keys: ["precedence"] },
        { keys: ["discovery_optional"], absent: "0" },
        { keys: ["relay_type"] },
        { keys: ["relay"] },
      ],
    },
  ),
  RESINFO: row("qnamemin exterr=15-17 infourl=https://resolver.example.com/guide", [
    ["value", STRINGS],
  ]),
  WALLET: row('"ETH" "0x1111222233334444"', [["value", STRINGS]]),
  CLA: row('"TCP-v4-v6"', [["value", STRINGS]]),
  IPN: row("8589934591", [["value", U64]]),
  TA: DIGEST,
  DLV: DIGEST,
};

/** By type number. */
export const RDATA_LAYOUTS: ReadonlyMap<number, RdataLayout> = new Map(
  Object.entries(ROWS).map(([mnemonic, layout]) => [parseType(mnemonic) ?? 0, layout]),
);
