/**
 * A tiny engine for tests of the transports: it answers with the query, QR set, and behind it what it knows. The first two
 * octets, the message ID, say what else to do. Started as a worker thread, this module is one; that runs compiled code,
 * since Node 20 cannot load TypeScript into a thread.
 */
import { workerData } from "node:worker_threads";
import { runWorker } from "../../dist/server/run-worker.js";

/** Message IDs with a meaning. */
export const ECHO = { throw: 0xdead, exit: 0xdec0, silent: 0xbeef, big: 0xb166 };

/** Octets behind the query: version, family, 16 of the source, 4 of the rotation counter. */
export const ECHO_OCTETS = 22;

/** Octets of an answer to `ECHO.big` over a stream. */
export const BIG_OCTETS = 60_000;

export const ECHO_COUNTERS = 4;

export const echoEngine = {
  createServing: () => ({
    version: 0,
    rotationSlots: 0,
    apply(publication) {
      if (publication.version === 255) throw new Error("Cannot apply version 255");
      this.version = publication.version;
      this.rotationSlots = publication.rotationSlots;
    },
  }),
  respond(query, length, context, serving, _now, out) {
    context.counters[0] += 1;
    const id = (query[0] << 8) | query[1];
    if (id === ECHO.throw) throw new Error("Asked to throw");
    if (id === ECHO.exit) process.exit(7);
    if (id === ECHO.silent || (query[2] & 0x80) !== 0) return 0;
    for (let i = 0; i < length; i++) out[i] = query[i];
    out[2] |= 0x80;
    if (id === ECHO.big && context.stream) return BIG_OCTETS;
    out[length] = serving.version;
    out[length + 1] = context.family;
    for (let i = 0; i < 16; i++) out[length + 2 + i] = context.source[i];
    const rotation = context.rotation.length > 0 ? context.rotation[0]++ : 0xffffffff;
    for (let i = 0; i < 4; i++) out[length + 18 + i] = rotation >>> (24 - 8 * i);
    return length + ECHO_OCTETS;
  },
};

if (workerData?.threadCounters !== undefined) await runWorker(echoEngine);
