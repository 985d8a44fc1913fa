/** Free ports for peers that cannot report the one the kernel gave them. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** A port free for UDP and TCP on this address a moment ago; whoever uses it must cope with losing the race. */
export async function findFreePort(address = "127.0.0.1"): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await findFreeTcpPort(address);
    if (await isUdpFree(address, port)) return port;
  }
  throw new Error(`Cannot find a free port on ${address}`);
}

function findFreeTcpPort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      const port = bound !== null && typeof bound === "object" ? bound.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isUdpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
