import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Conversation, ConversationHost } from "./conversation.ts";
import { answerOverHttps, type HttpReply, MAX_PENDING_OCTETS, refuse } from "./doh-reply.ts";
import { type DohRequest, readDohBody, readDohRequest } from "./doh-request.ts";
import { MAX_QUERY_OCTETS } from "./frame-reader.ts";
import { StallWatch } from "./stall-watch.ts";

const MAX_HEADER_OCTETS = 8192;

const conversations = new WeakMap<Socket, Http1Conversation>();

/** Takes HTTP/1.1 apart for all connections; it listens nowhere. */
const parser: Server = createServer({ maxHeaderSize: MAX_HEADER_OCTETS }, (request, response) => {
  conversations.get(request.socket)?.serve(request, response);
});
// How long a connection may be idle is decided here as for all others; Node's own limit is half of that.
parser.keepAliveTimeout = 0;

/** DNS over HTTP/1.1, for clients without HTTP/2 (RFC 8484 §5.2 asks for that at least). */
export class Http1Conversation implements Conversation {
  readonly #host: ConversationHost;
  readonly #path: string;
  readonly #socket: TLSSocket;
  readonly #stall = new StallWatch();
  #isEndWanted = false;
  /** Requests without an answer yet. */
  #open = 0;
  /** Octets of answers that are not through yet: hundreds of requests may come in one piece. */
  #pending = 0;

  constructor(socket: TLSSocket, host: ConversationHost, path: string) {
    this.#host = host;
    this.#path = path;
    this.#socket = socket;
    conversations.set(socket, this);
    parser.emit("connection", socket);
  }

  resume(): void {}

  end(): void {
    this.#isEndWanted = true;
    if (this.#open === 0) this.#socket.end();
  }

  takeLeave(): boolean {
    return false;
  }

  /** Only whole requests count as activity: the parts of one do not keep a connection. */
  isOverdue(activeAt: number, now: number): boolean {
    const { limits } = this.#host;
    const stalledMs = this.#stall.look(this.#socket.writableLength, now);
    return (
      (stalledMs !== undefined && stalledMs > limits.stallMs) || now - activeAt > limits.idleMs
    );
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#open += 1;
    response.on("close", () => {
      this.#open -= 1;
      if (this.#isEndWanted) this.end();
    });
    const head = {
      method: request.method ?? "",
      target: toOriginForm(request.url ?? ""),
      contentType: request.headers["content-type"],
      contentLength: request.headers["content-length"],
    };
    const read = readDohRequest(head, this.#path);
    if (read.kind === "body") this.#takeBody(request, response);
    else this.#answer(response, read);
  }

  #takeBody(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Uint8Array[] = [];
    let octets = 0;
    request.on("data", (chunk: Uint8Array) => {
      octets += chunk.length;
      if (octets <= MAX_QUERY_OCTETS) {
        chunks.push(chunk);
        return;
      }
      request.removeAllListeners("data");
      this.#send(response, refuse(413));
    });
    request.on("end", () => {
      if (octets <= MAX_QUERY_OCTETS) this.#answer(response, readDohBody(Buffer.concat(chunks)));
    });
  }

  #answer(response: ServerResponse, request: DohRequest): void {
    if (request.kind !== "query") {
      this.#send(response, refuse(request.kind === "refused" ? request.status : 400));
      return;
    }
    if (this.#pending > MAX_PENDING_OCTETS) {
      this.#send(response, refuse(503));
      return;
    }
    const abandon = answerOverHttps(request.octets, this.#host, (reply) =>
      this.#send(response, reply),
    );
    response.on("close", abandon);
  }

  #send(response: ServerResponse, { status, headers, body }: HttpReply): void {
    if (response.headersSent || response.destroyed) return;
    this.#pending += body.length;
    response.once("close", () => {
      this.#pending -= body.length;
    });
    // What is left of a body that nobody wants would be taken for the next request.
    const close = status === 413 || this.#isEndWanted ? { connection: "close" } : undefined;
    response.writeHead(status, { ...headers, ...close });
    response.end(body);
  }
}

/** Path and query of a request target, which a client may send as a whole URL (RFC 9112 §3.2.2). */
function toOriginForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, "");
}
