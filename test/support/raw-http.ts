/** HTTP by hand: what a well-behaved client would never send. */
import { connect, type Socket } from "node:net";

export interface RawResponse {
  /** 0 if the connection ended without one. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends octets as they are and reads until the other side closes, or answers with a whole body. */
export function sendRaw(
  port: number,
  ...parts: readonly (string | Buffer)[]
): Promise<RawResponse> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    collect(socket, resolve);
    for (const part of parts) socket.write(part);
  });
}

/** Sends a GET or another request without a body, with these header lines. */
export function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
  body = "",
): Promise<RawResponse> {
  const all = {
    host: `127.0.0.1:${port}`,
    connection: "close",
    ...(body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendRaw(port, `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

function collect(socket: Socket, resolve: (response: RawResponse) => void): void {
  const parts: Buffer[] = [];
  socket.on("data", (part) => parts.push(part));
  // A server that hangs up on a client that is still sending resets the connection.
  socket.on("error", () => {});
  socket.on("close", () => resolve(parse(Buffer.concat(parts).toString("latin1"))));
}

function parse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(0, end)).split("\r\n");
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers, body: text.slice(end + 4) };
}
