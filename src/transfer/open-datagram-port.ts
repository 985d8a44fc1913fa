import { createSocket, type Socket } from "node:dgram";
import { parseAddress } from "../address/parse.ts";
import type { DatagramPort, NotifierOptions } from "./notifier.ts";

/**
 * Makes ports that send from the server's own addresses, as far as those are known: a secondary takes a NOTIFY only from an
 * address that it knows as its primary's. Each has a port number of the system's choice, which is hard to guess.
 *
 * @param ownAddresses presentation form; those that stand for all of a machine do not count
 */
export function createPortOpener(ownAddresses: readonly string[]): NotifierOptions["openPort"] {
  return (onMessage, onProblem): DatagramPort => {
    const sockets = new Map<string, Socket>();
    const socketFor = (to: string): Socket => {
      const family = parseAddress(to)?.family ?? 4;
      const own = findSource(ownAddresses, to);
      const key = own ?? String(family);
      const known = sockets.get(key);
      if (known !== undefined) return known;
      const socket = createSocket({ type: family === 4 ? "udp4" : "udp6" });
      sockets.set(key, socket);
      socket.on("message", (octets, { address, port }) => onMessage(octets, address, port));
      socket.on("error", ({ message }) => onProblem(to, message));
      socket.bind({ port: 0, ...(own === undefined ? {} : { address: own }) });
      socket.unref();
      return socket;
    };
    return {
      send(octets, { address, port }) {
        socketFor(address).send(octets, port, address, (error) => {
          if (error !== null) onProblem(address, error.message);
        });
      },
      close() {
        for (const socket of sockets.values()) socket.close();
      },
    };
  };
}

/** The first address of ours that can reach another: of its family, and in the machine where that is. */
function findSource(ownAddresses: readonly string[], to: string): string | undefined {
  const target = parseAddress(to);
  return ownAddresses.find((own) => {
    const address = parseAddress(own);
    if (address === undefined || target === undefined || address.family !== target.family) {
      return false;
    }
    const isWildcard = address.octets.every((octet) => octet === 0);
    return !isWildcard && isLoopback(own) === isLoopback(to);
  });
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
