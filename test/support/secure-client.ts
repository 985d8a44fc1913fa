/** Asks over TLS and HTTPS, and through proxies that say for whom they ask. */
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { parseAddress } from "../../src/address/parse.ts";
import { converseOn, type Endpoint, type TcpConversation } from "./dns-client.ts";

const FOLDER = join(import.meta.dirname, "tls");

/** Of `probe.test` and 127.0.0.1, for a hundred years. */
export const CERTIFICATE_FILES: { readonly cert: string; readonly key: string } = {
  cert: join(FOLDER, "probe-test.cert.pem"),
  key: join(FOLDER, "probe-test.key.pem"),
};

/** Another for the same names. */
export const RENEWED_CERTIFICATE: { readonly cert: string; readonly key: string } = {
  cert: readFileSync(join(FOLDER, "renewed-test.cert.pem"), "utf8"),
  key: readFileSync(join(FOLDER, "renewed-test.key.pem"), "utf8"),
};

const ca = [readFileSync(CERTIFICATE_FILES.cert, "utf8"), RENEWED_CERTIFICATE.cert];

export interface TlsOptions {
  readonly alpn?: string[];
  /** A connection that is there already. */
  readonly socket?: Socket;
  readonly version?: "TLSv1.2" | "TLSv1.3";
  /** To be resumed. */
  readonly session?: Buffer;
}

/** Opens a connection that speaks TLS. Rejects if the handshake fails. */
export async function openTlsSocket(to: Endpoint, options: TlsOptions = {}): Promise<TLSSocket> {
  const { alpn, socket, version, session } = options;
  const wanted: ConnectionOptions & { allowHalfOpen: boolean } = {
    host: to.address,
    port: to.port,
    ...(socket && { socket }),
    ca,
    servername: "probe.test",
    allowHalfOpen: true,
    ...(session && { session }),
    ...(alpn && { ALPNProtocols: alpn }),
    ...(version && { minVersion: version, maxVersion: version }),
  };
  const secured = connectTls(wanted);
  await new Promise<void>((resolve, reject) => {
    secured.once("secureConnect", resolve);
    secured.once("error", reject);
    secured.once("close", () => reject(new Error("Closed before the handshake was over")));
  });
  return secured;
}

/** Opens a connection for DNS over TLS. */
export async function openTls(to: Endpoint, socket?: Socket): Promise<TcpConversation> {
  return converseOn(await openTlsSocket(to, { alpn: ["dot"], ...(socket && { socket }) }));
}

/** Opens a TCP connection and writes the header of a proxy first. */
export async function openThroughProxy(to: Endpoint, header: Uint8Array): Promise<Socket> {
  const socket = connect({ host: to.address, port: to.port, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.write(header);
  return socket;
}

export interface ProxyHeaderFields {
  /** Undefined: a header that says LOCAL. */
  readonly client?: string | undefined;
  /** What follows the addresses. */
  readonly extra?: Uint8Array;
}

/** A header of the PROXY protocol, version 2. */
export function proxyHeader({ client, extra = new Uint8Array(0) }: ProxyHeaderFields): Uint8Array {
  const address = client === undefined ? undefined : parseAddress(client)!;
  const octets = address === undefined ? [] : [...address.octets, ...address.octets, 4, 210, 0, 53];
  const rest = Uint8Array.from([...octets, ...extra]);
  const family = address === undefined ? 0 : address.family === 4 ? 0x11 : 0x21;
  return Uint8Array.from([
    ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
    client === undefined ? 0x20 : 0x21,
    family,
    rest.length >> 8,
    rest.length & 0xff,
    ...rest,
  ]);
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Opens a connection for HTTP/2. */
export async function openHttp2(to: Endpoint): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://${to.address}:${to.port}`, { ca });
  await new Promise<void>((resolve, reject) => {
    // Before that it does not know how many requests it may have under way.
    session.once("remoteSettings", () => resolve());
    session.once("error", reject);
  });
  session.on("error", () => {});
  return session;
}

/** Asks once; rejects if the stream ends without a response. */
export function askHttp2(session: ClientHttp2Session, question: HttpQuestion): Promise<HttpAnswer> {
  const { method = "GET", path, headers = {}, body } = question;
  const stream = session.request({ ":method": method, ":path": path, ...headers });
  stream.end(body);
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let received: Record<string, unknown> = {};
    stream.on("response", (responseHeaders) => {
      received = responseHeaders;
    });
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      const status = received[":status"];
      if (status === undefined) reject(new Error(`No response: ${stream.rstCode}`));
      resolve({
        status: Number(status),
        headers: received as HttpAnswer["headers"],
        body: Uint8Array.from(Buffer.concat(chunks)),
      });
    });
  });
}

/** Asks once on a connection of its own. */
export function askHttp1(to: Endpoint, question: HttpQuestion): Promise<HttpAnswer> {
  const { method = "GET", path, headers = {}, body } = question;
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: to.address, port: to.port, method, path, headers, ca, agent: false },
      (response) => {
        const chunks: Uint8Array[] = [];
        response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as HttpAnswer["headers"],
            body: Uint8Array.from(Buffer.concat(chunks)),
          }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The path of a GET request for DNS over HTTPS. */
export function dohPath(query: Uint8Array, path = "/dns-query"): string {
  return `${path}?dns=${Buffer.from(query).toString("base64url")}`;
}
