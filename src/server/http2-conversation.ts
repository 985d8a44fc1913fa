import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import { CHECK_INTERVAL_MS, type Conversation, type ConversationHost } from "./conversation.ts";
import { answerOverHttps, type HttpReply, MAX_PENDING_OCTETS, refuse } from "./doh-reply.ts";
import { type DohRequest, readDohBody, readDohRequest } from "./doh-request.ts";
import { MAX_QUERY_OCTETS } from "./frame-reader.ts";
import { StallWatch } from "./stall-watch.ts";

/** Requests that a client may have under way: the least that RFC 9113 §6.5.2 recommends. */
const MAX_STREAMS = 100;
const MAX_HEADER_OCTETS = 8192;
const MAX_HEADER_PAIRS = 64;
/** What nghttp2 may keep for one connection, in megabytes. */
const MAX_MEMORY_MEGABYTES = 1;

/** DNS over HTTP/2 (RFC 8484). Clients that open streams only to reset them are cut by nghttp2 itself. */
export class Http2Conversation implements Conversation {
  readonly #host: ConversationHost;
  readonly #path: string;
  readonly #session: ServerHttp2Session;
  readonly #stall = new StallWatch();
  /** Octets of answers that are not through yet. */
  #pending = 0;
  /** Since when the bodies that are coming in have been. */
  readonly #bodies = new Map<ServerHttp2Stream, number>();

  constructor(socket: TLSSocket, host: ConversationHost, path: string) {
    this.#host = host;
    this.#path = path;
    this.#session = performServerHandshake(socket, {
      settings: {
        enablePush: false,
        maxConcurrentStreams: MAX_STREAMS,
        maxHeaderListSize: MAX_HEADER_OCTETS,
      },
      maxHeaderListPairs: MAX_HEADER_PAIRS,
      maxSessionMemory: MAX_MEMORY_MEGABYTES,
    });
    // Faults of the client's; "close" follows.
    this.#session.on("error", () => {});
    this.#session.on("stream", (stream, headers) => this.#serve(stream, headers));
  }

  resume(): void {}

  end(): void {
    if (!this.#session.closed) this.#session.close();
  }

  /** A client that knows which requests have been answered asks the others again elsewhere (RFC 9113 §6.8). */
  takeLeave(): boolean {
    this.end();
    return true;
  }

  isOverdue(activeAt: number, now: number): boolean {
    const { limits } = this.#host;
    const stalledMs = this.#stall.look(this.#pending, now);
    if (stalledMs !== undefined && stalledMs > limits.stallMs) return true;
    for (const since of this.#bodies.values()) if (now - since > limits.messageMs) return true;
    // One look before the connection is cut, so that no client sends a request into the cut (RFC 9113 §9.1).
    if (now + CHECK_INTERVAL_MS - activeAt > limits.idleMs) this.end();
    return now - activeAt > limits.idleMs;
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => {});
    const request = readDohRequest(
      {
        method: headers[":method"] ?? "",
        target: headers[":path"] ?? "",
        contentType: headers["content-type"],
        contentLength: headers["content-length"],
      },
      this.#path,
    );
    if (request.kind === "body") this.#takeBody(stream);
    else this.#answer(stream, request);
  }

  #takeBody(stream: ServerHttp2Stream): void {
    const chunks: Uint8Array[] = [];
    let octets = 0;
    this.#bodies.set(stream, this.#host.now());
    stream.on("close", () => this.#bodies.delete(stream));
    stream.on("data", (chunk: Uint8Array) => {
      octets += chunk.length;
      if (octets <= MAX_QUERY_OCTETS) {
        chunks.push(chunk);
        return;
      }
      stream.removeAllListeners("data");
      this.#send(stream, refuse(413));
    });
    stream.on("end", () => {
      this.#bodies.delete(stream);
      if (octets <= MAX_QUERY_OCTETS) this.#answer(stream, readDohBody(Buffer.concat(chunks)));
    });
  }

  #answer(stream: ServerHttp2Stream, request: DohRequest): void {
    if (request.kind !== "query") {
      this.#send(stream, refuse(request.kind === "refused" ? request.status : 400));
    } else if (this.#pending > MAX_PENDING_OCTETS) {
      this.#send(stream, refuse(503));
    } else {
      const abandon = answerOverHttps(request.octets, this.#host, (reply) =>
        this.#send(stream, reply),
      );
      stream.on("close", abandon);
    }
  }

  #send(stream: ServerHttp2Stream, { status, headers, body }: HttpReply): void {
    if (stream.destroyed || stream.closed || stream.headersSent) return;
    this.#pending += body.length;
    stream.once("close", () => {
      this.#pending -= body.length;
    });
    stream.respond({ ":status": status, ...headers });
    stream.end(body);
    // The rest of a body that nobody wants.
    if (!stream.readableEnded && !stream.endAfterHeaders) stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
