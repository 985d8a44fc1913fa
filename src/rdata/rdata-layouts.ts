/**
 * What the rdata of each record type consists of: one row per type. Reading, checking and writing all go by this table;
 * a type without a row has the generic form of RFC 3597 only.
 */
import { parseType } from "../wire/rr-types.ts";
import { DISCOVERY, IPV4, IPV6, RELAY } from "./address-codecs.ts";
import { BASE64, DASHED_BASE64, EUI48, EUI64, HEX, NODE_ID, NSAP } from "./binary-codecs.ts";
import { SERVICES } from "./bitmap-codecs.ts";
import type { FieldCodec } from "./field-codec.ts";
import { LOCATION } from "./location-codec.ts";
import { PROTOCOL } from "./mnemonic-codecs.ts";
import { MAILBOX, NAME } from "./name-codecs.ts";
import { TIME, U8, U16, U32, U64 } from "./number-codecs.ts";
import { PREFIXES } from "./prefix-codec.ts";
import { type Column, type RdataLayout, row } from "./rdata-layout.ts";
import { SECURITY_LAYOUTS } from "./security-layouts.ts";
import { PARAMS } from "./service-codec.ts";
import { explainBadService } from "./svc-params.ts";
import { explainBadNumber, OPTIONAL_STRING, STRING, STRINGS, TEXT } from "./text-codecs.ts";

const HOST = "www.example.com.";
const PREFERENCE: Column = ["preference", U16];
const ADDRESS = (example: string, codec: FieldCodec): RdataLayout =>
  row(example, [["value", codec]]);
const ALIAS = row(HOST, [["value", NAME]]);
const TEXTS = row('"first string" "second"', [["value", STRINGS]]);
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
  ...SECURITY_LAYOUTS,
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
  DNAME: row("example.net.", [["value", NAME]]),
  APL: row("1:192.0.2.0/24 !2:2001:db8::/32", [["value", PREFIXES, ""]]),
  DHCID: row("AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", [["value", BASE64]]),
  NINFO: TEXTS,
  SVCB: SERVICE("1 svc.example.com. alpn=dot port=853"),
  HTTPS: SERVICE("1 . alpn=h2,h3 port=8443"),
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
};

/** By type number, ascending. */
export const RDATA_LAYOUTS: ReadonlyMap<number, RdataLayout> = new Map(
  Object.entries(ROWS)
    .map(([mnemonic, layout]): [number, RdataLayout] => [parseType(mnemonic) ?? 0, layout])
    .sort(([a], [b]) => a - b),
);
