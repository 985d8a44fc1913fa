/** echo-worker.mjs with types, and what the tests of the transports need around it. */
import type { Publication } from "../../src/image/publication.ts";
import type { Engine, ImageReader } from "../../src/server/engine.ts";
import type { EngineOptions } from "../../src/server/start-server.ts";

interface EchoWorker {
  readonly ECHO: Readonly<Record<"throw" | "exit" | "silent" | "big", number>>;
  readonly ECHO_OCTETS: number;
  readonly BIG_OCTETS: number;
  readonly ECHO_COUNTERS: number;
  readonly echoEngine: Engine<ImageReader>;
}

const workerEntry = new URL("./echo-worker.mjs", import.meta.url);
const worker = (await import(workerEntry.href)) as EchoWorker;

export const ECHO: EchoWorker["ECHO"] = worker.ECHO;
export const ECHO_OCTETS: number = worker.ECHO_OCTETS;
export const BIG_OCTETS: number = worker.BIG_OCTETS;

export const echoOptions: EngineOptions<ImageReader> = {
  engine: worker.echoEngine,
  answerCounters: worker.ECHO_COUNTERS,
  workerEntry,
};

/** A query that the echo engine answers; IDs of `ECHO` have a meaning. */
export function echoQuery(id = 0x1234, length = 17): Uint8Array {
  const query = new Uint8Array(length);
  query[0] = id >> 8;
  query[1] = id & 0xff;
  query[5] = 1;
  return query;
}

export interface Echo {
  readonly id: number;
  readonly version: number;
  readonly family: number;
  readonly source: readonly number[];
  readonly rotation: number;
}

/** What an answer of the echo engine says. */
export function readEcho(answer: Uint8Array): Echo {
  const view = new DataView(answer.buffer, answer.byteOffset);
  const at = answer.length - ECHO_OCTETS;
  const family = answer[at + 1] ?? 0;
  return {
    id: view.getUint16(0),
    version: answer[at] ?? 0,
    family,
    source: [...answer.subarray(at + 2, at + 2 + (family === 4 ? 4 : 16))],
    rotation: view.getUint32(at + 18),
  };
}

/** A publication that holds nothing but its version; the echo engine cannot apply version 255. */
export function echoPublication(version: number, rotationSlots = 1): Publication {
  return {
    version,
    index: undefined,
    segments: [],
    maps: [],
    steering: undefined,
    rotationSlots,
  };
}
