import type { Socket } from "node:net";
import type { Address } from "../address/address.ts";
import {
  hasProxySignature,
  INCOMPLETE,
  INVALID,
  MAX_PROXY_HEADER_OCTETS,
  ProxyHeader,
} from "./proxy-header.ts";

const header = new ProxyHeader();

/**
 * Reads the PROXY header with which a connection of a trusted proxy has to begin; what comes behind it stays in the socket.
 *
 * @param peer whom the connection is from
 * @param onClient told whom it is for; a connection that begins otherwise is cut
 */
export function takeProxyHeader(
  socket: Socket,
  peer: Address,
  onClient: (client: Address) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const length = header.read(received, received.length);
    if (
      length === INVALID ||
      (length === INCOMPLETE && received.length > MAX_PROXY_HEADER_OCTETS)
    ) {
      socket.destroy();
      return;
    }
    if (length === INCOMPLETE) return;
    socket.off("data", take);
    socket.off("end", giveUp);
    socket.pause();
    if (received.length > length) socket.unshift(received.subarray(length));
    const { family } = header;
    onClient(
      family === 0 ? peer : { family, octets: header.source.slice(0, family === 4 ? 4 : 16) },
    );
  };
  const giveUp = (): void => void socket.destroy();
  socket.on("data", take);
  socket.on("end", giveUp);
}

/** Cuts a connection that begins as a proxy's does, although it is from none that is trusted. */
export function refuseProxyHeader(socket: Socket): void {
  socket.once("data", (chunk: Uint8Array) => {
    if (hasProxySignature(chunk, chunk.length)) socket.destroy();
  });
}
