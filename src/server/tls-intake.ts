import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

/** A connection whose handshake is under way. */
interface Waiting {
  onSecured: ((secured: TLSSocket) => void) | undefined;
}

/** Makes connections that speak TLS of those that do not yet. */
export class TlsIntake {
  readonly #server: Server;
  /** What is taken out of it is emptied: a table that the map has outgrown may refer to it for long. */
  readonly #waiting = new Map<string, Waiting>();
  #isReady = false;

  /**
   * @param protocols for ALPN (RFC 7301): a client that wants others alone is refused
   * @param handshakeMs how long a handshake may take
   * @param onFailure told of every one that came to nothing
   */
  constructor(protocols: readonly string[], handshakeMs: number, onFailure: () => void) {
    this.#server = createServer({
      ALPNProtocols: [...protocols],
      handshakeTimeout: handshakeMs,
      allowHalfOpen: true,
    });
    this.#server.on("secureConnection", (secured) => {
      const onSecured = this.#waiting.get(describeEnds(secured))?.onSecured;
      if (onSecured === undefined) secured.destroy();
      else onSecured(secured);
    });
    this.#server.on("tlsClientError", (_error, socket) => {
      onFailure();
      socket.destroy();
    });
  }

  /** What new connections are served with from now on. */
  setCertificate({ cert, key }: Certificate): void {
    const options: SecureContextOptions = {
      cert,
      key,
      minVersion: "TLSv1.2",
      // A client that asks for one handshake after the other costs us far more than itself.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    };
    this.#server.setSecureContext(options);
    this.#isReady = true;
  }

  /** Begins the handshake; a connection on which it fails is cut. */
  secure(socket: Socket, onSecured: (secured: TLSSocket) => void): void {
    if (!this.#isReady) {
      socket.destroy();
      return;
    }
    const ends = describeEnds(socket);
    const waiting: Waiting = { onSecured };
    this.#waiting.set(ends, waiting);
    socket.once("close", () => {
      waiting.onSecured = undefined;
      this.#waiting.delete(ends);
    });
    this.#server.emit("connection", socket);
  }
}

/** Tells a connection from all others of the moment. */
function describeEnds({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
