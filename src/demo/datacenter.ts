import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface DatacenterPlace {
  readonly name: string;
  readonly address: string;
}

/** A tiny HTTP server that plays a datacenter: its name at `/`, and 200 at `/healthz`. */
export interface Datacenter {
  readonly name: string;
  readonly address: string;
  /** The one it listened on last; the one it was made with before. */
  port(): number;
  isUp(): boolean;
  /** Opens the listening socket. Rejects with the system's error if that fails. */
  start(): Promise<void>;
  /** Closes the listening socket and all connections. */
  stop(): Promise<void>;
}

/** Makes a stopped datacenter; port 0 leaves the choice to the kernel at its first start. */
export function createDatacenter(place: DatacenterPlace, port: number): Datacenter {
  let server: Server | undefined;
  let lastPort = port;

  return {
    ...place,
    port: () => lastPort,
    isUp: () => server !== undefined,
    async start() {
      if (server !== undefined) return;
      const opened = createServer((request, response) => {
        if (request.url === "/") response.end(`${place.name}\n`);
        else if (request.url === "/healthz") response.end("ok\n");
        else response.writeHead(404).end();
      });
      await listen(opened, place.address, lastPort);
      lastPort = (opened.address() as AddressInfo).port;
      server = opened;
    },
    async stop() {
      if (server === undefined) return;
      const closing = server;
      server = undefined;
      await new Promise((done) => {
        closing.close(done);
        closing.closeAllConnections();
      });
    },
  };
}

/** Resolves when the server listens, rejects when it cannot. */
export function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, address, () => {
      server.removeListener("error", fail);
      done();
    });
  });
}

/** Why a server of the demo does not listen, and what helps. */
export function explainListenError(error: NodeJS.ErrnoException, address: string): string {
  if (error.code === "EADDRNOTAVAIL") {
    return `${address} is no address of this machine; on macOS: sudo ifconfig lo0 alias ${address} up`;
  }
  return error.message;
}
