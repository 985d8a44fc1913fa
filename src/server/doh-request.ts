import { HEADER_OCTETS } from "../wire/message.ts";
import { MAX_QUERY_OCTETS } from "./frame-reader.ts";

/** The media type of DNS messages (RFC 8484 §6). */
export const DNS_MESSAGE = "application/dns-message";

/** The parts of an HTTP request that say what it asks, whatever the version. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
}

export type DohRequest =
  | { readonly kind: "query"; readonly octets: Uint8Array }
  /** The query is the body, of at most MAX_QUERY_OCTETS. */
  | { readonly kind: "body" }
  /** An HTTP status (RFC 9110 §15). */
  | { readonly kind: "refused"; readonly status: number };

/** Longest `dns` parameter: four letters for three octets. */
const MAX_PARAMETER = Math.ceil((MAX_QUERY_OCTETS * 4) / 3);

/**
 * Reads a request for DNS over HTTPS (RFC 8484 §4.1).
 *
 * @param path where DNS is served
 */
export function readDohRequest(head: RequestHead, path: string): DohRequest {
  const mark = head.target.indexOf("?");
  const asked = mark < 0 ? head.target : head.target.slice(0, mark);
  if (asked !== path) return refused(404);
  if (head.method === "GET") {
    return readParameter(mark < 0 ? "" : head.target.slice(mark + 1));
  }
  if (head.method !== "POST") return refused(405);
  const [type = ""] = (head.contentType ?? "").split(";");
  if (type.trim().toLowerCase() !== DNS_MESSAGE) return refused(415);
  if (Number(head.contentLength ?? 0) > MAX_QUERY_OCTETS) return refused(413);
  return { kind: "body" };
}

/** @returns a body as a query, or why it is none */
export function readDohBody(octets: Uint8Array): DohRequest {
  return octets.length < HEADER_OCTETS ? refused(400) : { kind: "query", octets };
}

function readParameter(query: string): DohRequest {
  const text = new URLSearchParams(query).get("dns");
  if (text === null) return refused(400);
  if (text.length > MAX_PARAMETER) return refused(414);
  // Without padding (RFC 8484 §6); a single letter left over stands for no whole octet.
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return refused(400);
  return readDohBody(Buffer.from(text, "base64url"));
}

function refused(status: number): DohRequest {
  return { kind: "refused", status };
}
