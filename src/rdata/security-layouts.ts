import { GATEWAY } from "./address-codecs.ts";
import { BASE64, HASH, HEX, OPTIONAL_BASE64, SALT } from "./binary-codecs.ts";
import { OLD_TYPES, TYPES } from "./bitmap-codecs.ts";
import { explainBadDigest } from "./explain-bad-digest.ts";
import type { FieldCodec } from "./field-codec.ts";
import { HOST_IDENTITY } from "./host-identity-codec.ts";
import { ALGORITHM, CERTIFICATE, SCHEME } from "./mnemonic-codecs.ts";
import { NAME, NAMES } from "./name-codecs.ts";
import { MOMENT, OLD_TYPE, TIME, TYPE, U8, U16, U32 } from "./number-codecs.ts";
import { type RdataLayout, row } from "./rdata-layout.ts";
import { explainBadTag, TAG, TEXT } from "./text-codecs.ts";

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

/** Layouts of the types about keys, signatures and certificates, and of those a parent is told with. */
export const SECURITY_LAYOUTS: Readonly<Record<string, RdataLayout>> = {
  SIG: SIGNATURE(OLD_TYPE),
  KEY: row(KEYS.example, [
    ["flags", U16],
    ["protocol", U8],
    ["algorithm", ALGORITHM],
    // A key of "no key" has none (RFC 2535 §3.1.2).
    ["public_key", OPTIONAL_BASE64, ""],
  ]),
  NXT: row("big.example.com. A MX SIG NXT", [
    ["next", NAME],
    ["types", OLD_TYPES],
  ]),
  CERT: row("PKIX 60485 RSASHA256 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD", [
    ["type", CERTIFICATE],
    ["key_tag", U16],
    ["algorithm", ALGORITHM],
    ["certificate", BASE64],
  ]),
  DS: { ...DIGEST, olderKeys: ["flags", "protocol", "algorithm", "public_key"] },
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
  DSYNC: row("CDS NOTIFY 5300 notify.example.com.", [
    ["type", TYPE],
    ["scheme", SCHEME],
    ["port", U16],
    ["target", NAME],
  ]),
  CAA: row(
    '0 issue "ca.example.net"',
    [
      ["flags", U8, "0"],
      ["tag", TAG],
      ["value", TEXT],
    ],
    { explainBad: explainBadTag },
  ),
  TA: DIGEST,
  DLV: DIGEST,
};
