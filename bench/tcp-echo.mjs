/**
 * The floor of the TCP workloads, as a thread of echo.mjs: Node's own server that sends back what comes. What rondo costs above it is
 * its own; what it costs is the kernel's, libuv's and that of node:net.
 */
import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { address, port } = workerData;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => socket.write(chunk));
});
server.listen({ host: address, port }, () => parentPort.postMessage("listening"));
