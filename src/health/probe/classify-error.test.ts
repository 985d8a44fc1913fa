import { expect, test } from "vitest";
import { classifyError } from "./classify-error.ts";

function createError(code: string): Error {
  return Object.assign(new Error("text of the peer"), { code });
}

test.for([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "EPERM",
  "EACCES",
  "ENETUNREACH",
  "ENETDOWN",
  "EAFNOSUPPORT",
])("classifyError() calls %s inconclusive", (code) => {
  expect(classifyError(createError(code), "x")).toMatchObject({
    kind: "inconclusive",
    detail: expect.stringContaining(code),
  });
});

test.for([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection closed without an answer"],
  ["EHOSTUNREACH", "host unreachable"],
  ["ETIMEDOUT", "no answer"],
  ["EWHATEVER", "connection failed (EWHATEVER)"],
] as const)("classifyError() calls %s silence", ([code, detail]) => {
  expect(classifyError(createError(code), "x")).toEqual({
    kind: "failure",
    contact: false,
    detail,
  });
});

test.for([
  ["CERT_HAS_EXPIRED", "certificate not accepted: cert has expired"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate not accepted: unable to verify leaf signature"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate is not for www.example.com"],
  ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "TLS handshake failed: tlsv1 alert internal error"],
  ["EPROTO", "TLS handshake failed"],
  ["HPE_INVALID_CONSTANT", "not an HTTP answer"],
  ["HPE_HEADER_OVERFLOW", "HTTP header too large"],
] as const)("classifyError() calls %s a wrong answer", ([code, detail]) => {
  expect(classifyError(createError(code), "www.example.com")).toEqual({
    kind: "failure",
    contact: true,
    detail,
  });
});

test("classifyError() survives errors that are none", () => {
  for (const error of [undefined, null, "text", {}, { code: 7 }, new Error("no code")]) {
    expect(classifyError(error, "x")).toEqual({
      kind: "failure",
      contact: false,
      detail: "connection failed",
    });
  }
});
