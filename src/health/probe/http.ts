import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { CheckTarget } from "../../zone/model.ts";
import type { ProbeResult } from "../result.ts";
import { classifyError } from "./classify-error.ts";
import { formatDuration, inconclusive, SUCCESS, silence, wrongAnswer } from "./outcomes.ts";
import { createBodySearch } from "./search-body.ts";
import { findTlsOptions } from "./tls-options.ts";

/** Header octets read of an answer, interim ones (1xx) included. */
const HEADER_LIMIT = 16 * 1024;

/**
 * One HTTP or HTTPS request on a connection of its own. Passes if the status is one of the expected and, where the
 * check names a text, the text stands in the first 64 KiB of the body. See `Probe` for `done` and the returned function.
 */
export function probeHttp(
  target: CheckTarget,
  userAgent: string,
  done: (result: ProbeResult) => void,
): () => void {
  const { address, check } = target;
  let request: ClientRequest | undefined;
  let missing = "answer";
  let isOver = false;

  const timer = setTimeout(() => {
    finish(silence(`no ${missing} within ${formatDuration(check.timeout)}`));
  }, check.timeout);
  try {
    request = openRequest(target, userAgent);
  } catch (error) {
    // Node refuses some paths, methods and headers by throwing.
    finish(inconclusive(describeRefusal(error)));
    return () => {};
  }
  const { host = address } = check;
  // Stays for good: a destroyed request may still report an error.
  request.on("error", (error) => finish(classifyError(error, host)));
  request.on("information", () => {
    const read = request?.socket?.bytesRead ?? 0;
    if (read > HEADER_LIMIT) finish(wrongAnswer("endless interim answers"));
  });
  request.once("response", readAnswer);
  request.once("upgrade", refuseTunnel);
  request.once("connect", refuseTunnel);
  request.end();
  return stop;

  function stop(): void {
    isOver = true;
    clearTimeout(timer);
    request?.destroy();
  }

  function finish(result: ProbeResult): void {
    if (isOver) return;
    stop();
    done(result);
  }

  function readAnswer(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    if (!check.expect.some(([low, high]) => low <= status && status <= high)) {
      finish(wrongAnswer(`HTTP ${status}, expected ${formatRanges(check.expect)}`));
      return;
    }
    if (check.body === undefined) {
      finish(SUCCESS);
      return;
    }
    missing = "whole body";
    const search = createBodySearch(check.body);
    response.on("error", (error) => finish(classifyError(error, host)));
    response.on("data", (octets: Buffer) => {
      const found = search.add(octets);
      if (found === "found") finish(SUCCESS);
      if (found === "not found") finish(wrongAnswer(describeMissing(check.body ?? "")));
    });
    response.once("end", () => finish(wrongAnswer(describeMissing(check.body ?? ""))));
  }

  /** After an upgrade or CONNECT the socket is no longer the request's, and has to be ended by itself. */
  function refuseTunnel(response: IncomingMessage, socket: Duplex): void {
    socket.on("error", () => {});
    socket.destroy();
    const expected = formatRanges(check.expect);
    finish(wrongAnswer(`HTTP ${response.statusCode ?? 0} opens a tunnel, expected ${expected}`));
  }
}

function openRequest(target: CheckTarget, userAgent: string): ClientRequest {
  const { address, port, check } = target;
  const options: RequestOptions = {
    host: address,
    port,
    method: check.method,
    path: check.path,
    headers: writeHeaders(target, userAgent),
    setHost: false,
    agent: false,
    maxHeaderSize: HEADER_LIMIT,
    lookup: refuseLookup,
  };
  if (check.protocol === "HTTP") return requestHttp(options);
  return requestHttps({ ...options, ...findTlsOptions(target) });
}

/** The check's own headers win, whatever their case. */
function writeHeaders(
  { address, port, check }: CheckTarget,
  userAgent: string,
): Record<string, string> {
  const host = check.host ?? address;
  const literal = isIP(host) === 6 ? `[${host}]` : host;
  const isDefaultPort = port === (check.protocol === "HTTP" ? 80 : 443);
  const defaults: readonly (readonly [string, string])[] = [
    ["Host", isDefaultPort ? literal : `${literal}:${port}`],
    ["User-Agent", userAgent],
    ["Accept", "*/*"],
    ["Accept-Encoding", "identity"],
    ["Connection", "close"],
  ];
  const own = new Set(Object.keys(check.headers).map((name) => name.toLowerCase()));
  const kept = defaults.filter(([name]) => !own.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(check.headers)]);
}

/** Addresses are never looked up; should Node try, it gets an error and no socket. */
function refuseLookup(
  _name: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException, address: string, family: number) => void,
): void {
  callback(Object.assign(new Error("not an IP address"), { code: "EINVAL" }), "", 0);
}

function describeRefusal(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  return `the check cannot be sent (${code})`;
}

/** `200-299, 404`. */
function formatRanges(ranges: readonly (readonly [low: number, high: number])[]): string {
  return ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(", ");
}

function describeMissing(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `body does not contain ${JSON.stringify(shown)}`;
}
