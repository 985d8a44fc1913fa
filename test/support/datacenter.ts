/** What stands behind a value: a local HTTP service that can be up, unwell, gone or silent. */
import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";

export type DatacenterState = "up" | "503" | "closed" | "silent";

export interface Datacenter {
  readonly address: string;
  readonly port: number;
  /**
   * `up` answers 200; `503` answers that; `closed` refuses connections; `silent` accepts and never answers.
   */
  become(state: DatacenterState): Promise<void>;
  /** Requests and connections seen since the start. */
  readonly contacts: () => number;
  close(): Promise<void>;
}

/** Starts one, up, on a port that is free on this address. */
export async function startDatacenter(address: string, port = 0): Promise<Datacenter> {
  let contacts = 0;
  let server: Server | HttpServer | undefined;
  let bound = port;
  const sockets = new Set<Socket>();

  const stop = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (running === undefined) return;
    const closed = new Promise<void>((resolve) => {
      running.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const start = async (status: number | undefined): Promise<void> => {
    const next =
      status === undefined
        ? createTcpServer(() => contacts++)
        : createServer((_, response) => {
            contacts++;
            response.writeHead(status, { connection: "close" }).end(`${status}\n`);
          });
    next.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      next.once("error", reject);
      next.listen(bound, address, () => resolve());
    });
    const at = next.address();
    if (at !== null && typeof at === "object") bound = at.port;
    server = next;
  };

  await start(200);
  return {
    address,
    get port() {
      return bound;
    },
    contacts: () => contacts,
    close: stop,
    become: async (state) => {
      await stop();
      if (state !== "closed") await start(STATUS[state]);
    },
  };
}

const STATUS: Readonly<Record<Exclude<DatacenterState, "closed">, number | undefined>> = {
  up: 200,
  "503": 503,
  silent: undefined,
};
