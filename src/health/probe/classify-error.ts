/**
 * What an error of a connection says about the target: nothing, that it is silent, or that it answers wrongly.
 */
import type { ProbeResult } from "../result.ts";
import { inconclusive, silence, wrongAnswer } from "./outcomes.ts";

/** Errors of this host: out of descriptors, memory or ports, no route, forbidden by a local rule. */
const LOCAL: ReadonlyMap<string, string> = new Map([
  ["EMFILE", "out of file descriptors"],
  ["ENFILE", "out of file descriptors"],
  ["ENOBUFS", "out of socket buffers"],
  ["ENOMEM", "out of memory"],
  ["EADDRNOTAVAIL", "no local address to connect from"],
  ["EADDRINUSE", "no local port to connect from"],
  ["EPERM", "not permitted by this host"],
  ["EACCES", "not permitted by this host"],
  ["ENETUNREACH", "no route to the network"],
  ["ENETDOWN", "the network interface is down"],
  ["EAFNOSUPPORT", "address family not supported by this host"],
  ["EINVAL", "not an address to connect to"],
]);

const REMOTE: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection closed without an answer"],
  ["ECONNABORTED", "connection aborted"],
  ["EPIPE", "connection closed without an answer"],
  ["ETIMEDOUT", "no answer"],
  ["EHOSTUNREACH", "host unreachable"],
  ["EHOSTDOWN", "host down"],
]);

/** Codes of X.509 verification, as OpenSSL names them (openssl-verification-options(1)). */
const CERTIFICATE =
  /^(CERT|CRL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|ERROR_IN_CERT|HOSTNAME_MISMATCH|EE_KEY|CA_)/;

/**
 * @param error as Node gives it; its message may hold text of the peer and is not passed on
 * @param name whom the certificate should name
 */
export function classifyError(error: unknown, name: string): ProbeResult {
  const code = findCode(error);
  const local = LOCAL.get(code);
  if (local !== undefined) return inconclusive(`${local} (${code})`);
  const remote = REMOTE.get(code);
  if (remote !== undefined) return silence(remote);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return wrongAnswer(`certificate is not for ${name}`);
  }
  if (CERTIFICATE.test(code)) {
    return wrongAnswer(`certificate not accepted: ${toWords(code)}`);
  }
  if (code === "HPE_HEADER_OVERFLOW") return wrongAnswer("HTTP header too large");
  if (code.startsWith("HPE_")) return wrongAnswer("not an HTTP answer");
  // EPROTO is how some Node versions report what OpenSSL says.
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    const reason = code === "EPROTO" ? "" : `: ${toWords(code.slice("ERR_SSL_".length))}`;
    return wrongAnswer(`TLS handshake failed${reason}`);
  }
  // Node's own argument errors: a path or header that cannot be sent.
  if (code.startsWith("ERR_")) return inconclusive(`the check cannot be sent (${code})`);
  return silence(code === "" ? "connection failed" : `connection failed (${code})`);
}

function findCode(error: unknown): string {
  const code: unknown =
    typeof error === "object" && error !== null && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

function toWords(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}
