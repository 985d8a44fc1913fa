import { X509Certificate } from "node:crypto";
import {
  boolean,
  type Decoder,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  optional,
  required,
  startOf,
  text,
} from "./decode.ts";
import { describe, schemaOf, textSchema } from "./describe.ts";
import { duration } from "./duration.ts";
import { describeTree, quote } from "./tree.ts";
import type {
  CheckReference,
  CheckReferences,
  CheckSettings,
  StatusRange,
  TlsChoices,
} from "./zone-settings.ts";

const HOUR = 3_600_000;

/** A host name or address, as it may stand in a Host header and in SNI: no scheme, port or path. */
const host: Decoder<string> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const bare = written.endsWith(".") ? written.slice(0, -1) : written;
  if (/^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/i.test(bare) && !bare.includes("..")) return bare;
  if (/^[0-9a-f:]+$/i.test(bare) && bare.includes("::")) return bare;
  const hint = /^[a-z]+:\/\//i.test(written)
    ? ", without a scheme"
    : /:\d+$/.test(written)
      ? '; the port is a key of its own: "port"'
      : "";
  issues.error(tree.place, `${name} must be a host name${hint}: ${describeTree(tree)}`);
  return undefined;
}, textSchema);

/** The target of a request: it begins with a slash and has neither spaces nor a fragment. */
const path: Decoder<string> = describe(
  (tree, name, issues) => {
    const written = text(tree, name, issues);
    if (written === undefined || /^\/[!-"$-~]*$/.test(written)) return written;
    const hint = written.startsWith("/") ? "printable ASCII without spaces or #" : 'begin with "/"';
    issues.error(
      tree.place,
      `${name} must ${written.startsWith("/") ? "be " : ""}${hint}: ${describeTree(tree)}`,
    );
    return undefined;
  },
  () => textSchema("^/"),
);

/** Fields the probe writes itself. */
const RESERVED_HEADERS = new Set(["host", "connection", "content-length", "transfer-encoding"]);

const fieldTexts = mapOf("header fields by name", text);

const headers: Decoder<Readonly<Record<string, string>>> = describe(
  (tree, name, issues) => {
    const entries = fieldTexts(tree, name, issues);
    if (entries === undefined) return undefined;
    const fields: [string, string][] = [];
    for (const { key, keyPlace, value, place } of entries) {
      // RFC 9110 §5.1 and §5.5: what else stands there would end the line, or the request.
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key)) {
        issues.error(keyPlace, `${quote(key)} is no name of a header field`);
      } else if (RESERVED_HEADERS.has(key.toLowerCase())) {
        const hint = key.toLowerCase() === "host" ? ': use the key "host" of the check' : "";
        issues.error(keyPlace, `the header ${quote(key)} is written by the check itself${hint}`);
      } else if (value !== undefined && !/^[\t -~]*$/.test(value)) {
        issues.error(place, `a header's value must be printable ASCII: found ${quote(value)}`);
      } else if (value !== undefined) {
        fields.push([key, value]);
      }
    }
    return Object.fromEntries(fields);
  },
  () => schemaOf(fieldTexts),
);

/** `200`, `200-299`. */
const statusRange: Decoder<StatusRange> = describe(
  (tree, name, issues) => {
    const written = tree.kind === "scalar" ? String(tree.value) : "";
    const match = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(written);
    const low = Number(match?.[1]);
    const high = Number(match?.[2] ?? match?.[1]);
    if (match !== null && low <= high) return [low, high];
    issues.error(
      tree.place,
      `${name} must be HTTP status codes from 100 to 599, like 200 or 200-299, or a list: ${describeTree(tree)}`,
    );
    return undefined;
  },
  () => ({
    anyOf: [
      { type: "integer", minimum: 100, maximum: 599 },
      textSchema("^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"),
    ],
  }),
);

const ca: Decoder<string> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const blocks = written.match(PEM_BLOCK) ?? [];
  if (!written.includes(PEM_BEGIN)) {
    issues.error(
      tree.place,
      `${name} must be the PEM text of certificates; the path of a file is not supported yet: ${describeTree(tree)}`,
    );
    return undefined;
  }
  const begins = written.split(PEM_BEGIN).length - 1;
  const bad = blocks.findIndex((block) => !isCertificate(block));
  if (bad < 0 && blocks.length === begins) return written;
  const which = begins === 1 ? "" : ` number ${(bad < 0 ? blocks.length : bad) + 1}`;
  issues.error(
    startOf(tree),
    `${name} must be the PEM text of certificates: the certificate${which} cannot be read`,
  );
  return undefined;
}, textSchema);

const PEM_BEGIN = "-----BEGIN CERTIFICATE-----";
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

const tls: Decoder<TlsChoices> = object<TlsChoices>("the TLS settings of a check", {
  verify: optional(boolean),
  ca: optional(ca),
});

export const healthCheck: Decoder<CheckSettings> = object<CheckSettings>("a health check", {
  protocol: required(oneOf(["HTTP", "HTTPS", "TCP"], ["TLS", "GRPC", "DNS", "EXEC"])),
  port: optional(integer(1, 65_535)),
  host: optional(host),
  path: optional(path),
  method: optional(oneOf(["GET", "HEAD", "OPTIONS"])),
  headers: optional(headers),
  expect: optional(listOf(statusRange)),
  body: optional(text),
  tls: optional(tls),
  profile: optional(oneOf(["default", "fast"])),
  interval: optional(duration(100, 24 * HOUR)),
  timeout: optional(duration(10, HOUR)),
  fast: optional(duration(50, HOUR)),
  rise: optional(integer(1, 100)),
  fall: optional(integer(1, 100)),
});

const reference: Decoder<CheckReference> = describe(
  (tree, name, issues) => {
    if (tree.kind === "mapping") {
      const settings = healthCheck(tree, name, issues);
      return settings === undefined ? undefined : { kind: "inline", settings };
    }
    const written = text(tree, name, issues);
    return written === undefined ? undefined : { kind: "name", name: written };
  },
  () => ({ anyOf: [textSchema(), schemaOf(healthCheck)] }),
);

/** A name, a check in place, or a list of them: all must pass. An empty list means no check. */
export const checkReferences: Decoder<CheckReferences> = listOf(reference);
