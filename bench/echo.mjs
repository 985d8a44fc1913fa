/**
 * The floor under every figure: sends each datagram back as it came, with recvmmsg and sendmmsg and nothing between.
 * What a DNS server costs above it is its own; what the echo costs is the kernel's and this way of calling it. TCP is tcp-echo.mjs's.
 *
 * usage: node bench/echo.mjs 127.0.0.1:PORT      (ends on SIGTERM, or when its parent has ended)
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createArena, loadSocketCalls, openSocket, parseLoopback, WAITFORONE } from "./mmsg.mjs";

const BATCH = 64;
const BUFFER_BYTES = 2048;

const calls = await loadSocketCalls();
if (typeof calls === "string") {
  console.error(`echo: ${calls}`);
  process.exit(69);
}
const endpoint = parseLoopback(process.argv[2] ?? "");
const fd = openSocket(calls, endpoint, {
  how: "bind",
  bufferBytes: 4 << 20,
  receiveTimeoutMs: 500,
});
const arena = createArena(calls, BATCH, BUFFER_BYTES, true);
const parent = process.ppid;
// This thread will not turn its event loop again.
await once(
  new Worker(new URL("tcp-echo.mjs", import.meta.url), { workerData: endpoint }),
  "message",
);

// The thread stays in this loop, so no signal handler may be installed: SIGTERM keeps its default, which ends the process.
for (;;) {
  for (let slot = 0; slot < BATCH; slot++) arena.setSendLength(slot, BUFFER_BYTES);
  const received = calls.recvmmsg(fd, arena.base, BATCH, WAITFORONE, null);
  if (received <= 0) {
    if (process.ppid !== parent) process.exit(0);
    continue;
  }
  for (let slot = 0; slot < received; slot++) arena.setSendLength(slot, arena.messageLength(slot));
  for (let sent = 0; sent < received; ) {
    const taken = calls.sendmmsg(fd, arena.headerOf(sent), received - sent, 0);
    if (taken <= 0) break;
    sent += taken;
  }
  for (let slot = 0; slot < received; slot++) arena.resetAddressLength(slot);
}
