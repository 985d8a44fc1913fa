import { fail } from "./failure.ts";
import { findMismatches, type Schema } from "./json-schema.ts";

export const MAX_BODY_OCTETS: number = 1024 * 1024;

/**
 * The body, or the response that refuses it.
 *
 * @param schema describes `Body`
 */
export async function readJson<Body>(request: Request, schema: Schema): Promise<Body | Response> {
  const media = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (media !== "application/json") {
    return fail("unsupported-media-type", "the body must be application/json");
  }
  const text = await readText(request);
  if (text === undefined) return refuseTooLarge();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return fail("bad-request", "the body is not JSON");
  }
  const reasons = findMismatches(schema, body);
  if (reasons.length === 0) return body as Body;
  return fail("bad-request", reasons.join("; "), { reasons });
}

/** Whoever sends too much is not listened to any longer. */
export function refuseTooLarge(): Response {
  return fail("too-large", `a body has at most ${MAX_BODY_OCTETS} octets`, {
    headers: { connection: "close" },
  });
}

async function readText(request: Request): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_OCTETS) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
