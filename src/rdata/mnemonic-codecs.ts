/** Numbers of registries whose mnemonics stand in zone files. */
import type { FieldCodec } from "./field-codec.ts";
import { named } from "./number-codecs.ts";

/** IANA, "DNS Security Algorithm Numbers". */
export const ALGORITHM: FieldCodec = named(1, {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  ECC: 4,
  RSASHA1: 5,
  "DSA-NSEC3-SHA1": 6,
  NSEC3DSA: 6,
  "RSASHA1-NSEC3-SHA1": 7,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  "ECC-GOST": 12,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  SM2SM3: 17,
  "ECC-GOST12": 23,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
});

/** IANA, "CERT RR Certificate Types". */
export const CERTIFICATE: FieldCodec = named(2, {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
});

/** IP protocols that WKS is about. */
export const PROTOCOL: FieldCodec = named(1, { TCP: 6, UDP: 17 });

/** IANA, "DSYNC: Location of Synchronization Endpoints" (RFC 9859 §6.2). */
export const SCHEME: FieldCodec = named(1, { NOTIFY: 1 });
