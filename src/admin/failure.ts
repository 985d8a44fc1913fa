import type { ErrorReport } from "./api.ts";

type Code = ErrorReport["error"]["code"];

const STATUS: Readonly<Record<Code, number>> = {
  "bad-request": 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "no-match": 404,
  refused: 409,
  "too-large": 413,
  "unsupported-media-type": 415,
  misdirected: 421,
  "too-many-attempts": 429,
  internal: 500,
  upgrading: 503,
};

/** The response that says what is wrong, always in the same shape. */
export function fail(
  code: Code,
  message: string,
  { reasons = [], headers = {} }: FailureDetails = {},
): Response {
  const body: ErrorReport = { error: { code, message, reasons } };
  return Response.json(body, { status: STATUS[code], headers });
}

export interface FailureDetails {
  readonly reasons?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}
