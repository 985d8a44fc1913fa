/**
 * The commands' side of the admin interface.
 */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { ErrorReport } from "../admin/api.ts";
import { formatAdminListen } from "../config/admin-listen.ts";
import type { ServerChoice } from "./admin-flags.ts";
import type { Output } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

export type Reply<Body> =
  | { readonly kind: "done"; readonly body: Body }
  | { readonly kind: "error"; readonly error: ErrorReport["error"] }
  /** Nobody answers, or somebody who is no rondo. */
  | { readonly kind: "unreachable"; readonly reason: string };

type Method = "GET" | "POST" | "DELETE";

const DEADLINE_MS = 5000;

/**
 * Asks the server.
 *
 * @param body of POST and DELETE, sent as JSON
 * @param deadlineMs how long it may take until the answer is here
 */
export function callServer<Body>(
  server: ServerChoice,
  method: Method,
  path: string,
  body?: object,
  deadlineMs: number = DEADLINE_MS,
): Promise<Reply<Body>> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  let token: string | undefined;
  try {
    token = readToken(server.tokenFile);
  } catch (error) {
    return Promise.resolve({ kind: "unreachable", reason: (error as Error).message });
  }
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...whereIs(server),
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(deadlineMs),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        },
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", (error) => resolve(describeFailure(error, deadlineMs)));
        incoming.on("end", () => {
          const isRondo = incoming.headers.server === "rondo";
          resolve(readReply(incoming.statusCode ?? 0, Buffer.concat(parts).toString(), isRondo));
        });
      },
    );
    outgoing.on("error", (error) => resolve(describeFailure(error, deadlineMs)));
    outgoing.end(text);
  });
}

/** The line that says that nobody answers. */
export function explainUnreachable(command: string, server: ServerChoice, reason: string): string {
  const where = formatAdminListen(server.address);
  return `rondo ${command}: no server answers at ${where}: ${reason}\n`;
}

/** Prints why a call came to nothing. @returns the exit status */
export function reportFailure(
  command: string,
  server: ServerChoice,
  reply: Exclude<Reply<unknown>, { kind: "done" }>,
  output: Output,
): number {
  if (reply.kind === "unreachable") {
    output.err(explainUnreachable(command, server, reply.reason));
    return EXIT.unavailable;
  }
  const { code, message, reasons } = reply.error;
  output.err(`rondo ${command}: ${message}\n`);
  if (code === "refused") {
    for (const reason of reasons) output.err(`  ${reason}\n`);
    output.err("  --force does it all the same\n");
    return EXIT.refused;
  }
  if (code === "no-match") return EXIT.noMatch;
  return code === "bad-request" ? EXIT.usage : EXIT.failed;
}

function whereIs({ address }: ServerChoice): object {
  if (address.kind === "socket") return { socketPath: address.path, host: "localhost" };
  return { host: address.address, port: address.port };
}

function readToken(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8").trim();
}

function readReply<Body>(status: number, text: string, isRondo: boolean): Reply<Body> {
  if (!isRondo) return { kind: "unreachable", reason: "what answers there is not rondo" };
  try {
    const body: unknown = JSON.parse(text);
    return status < 400
      ? { kind: "done", body: body as Body }
      : { kind: "error", error: (body as ErrorReport).error };
  } catch {
    return { kind: "unreachable", reason: `its answer (${status}) is not JSON` };
  }
}

function describeFailure(
  error: NodeJS.ErrnoException,
  deadlineMs: number,
): { readonly kind: "unreachable"; readonly reason: string } {
  const isLate = error.name === "TimeoutError" || error.code === "ABORT_ERR";
  const reason = isLate ? `no answer within ${deadlineMs / 1000} s` : (error.code ?? error.message);
  return { kind: "unreachable", reason };
}
