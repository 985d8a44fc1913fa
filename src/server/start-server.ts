/**
 * The DNS service's sockets: UDP on one of two paths and TCP, on all listen addresses. Nothing outside this folder knows
 * them; what to answer comes from the engine and from what is published here.
 */
import { formatAddress } from "../address/parse.ts";
import { type AnswerSettings, DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { createContext } from "../answer/context.ts";
import type { Publication } from "../image/publication.ts";
import type { Log } from "../log/log.ts";
import { createRateLimitedLog } from "../log/rate-limited-log.ts";
import type { ControlDesk } from "./control-desk.ts";
import { ControlLink } from "./control-link.ts";
import { ControlService } from "./control-service.ts";
import { CounterTotals } from "./counter-totals.ts";
import { CurrentPublication } from "./current-publication.ts";
import { createDgramService } from "./dgram-service.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { loadLibc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { ListenError } from "./listen-error.ts";
import { Listeners } from "./listeners.ts";
import { createMmsgService } from "./mmsg-service.ts";
import { Reader } from "./reader.ts";
import { findTcpLimits, type TcpLimits } from "./tcp-limits.ts";
import { type TcpCounts, TcpService } from "./tcp-service.ts";
import { type RotationView, ThreadRotation } from "./thread-rotation.ts";
import { UDP_COUNTERS, udpCounter } from "./udp-counters.ts";
import type { UdpService, UdpServiceOptions } from "./udp-service.ts";

export interface ServerOptions {
  readonly listen: readonly ListenAddress[];
  /** UDP threads, at least 1; `dgram` has only one whatever this says. */
  readonly workers: number;
  readonly udp: "auto" | "mmsg" | "dgram";
  readonly log: Log;
  readonly limits?: Partial<TcpLimits>;
  /** What the operator has decided about answers; the defaults if left out. */
  readonly settings?: AnswerSettings;
  /** Answers what the image cannot; left out, nobody does, and there is silence. */
  readonly desk?: ControlDesk;
}

export interface EngineOptions<S extends ImageReader> {
  readonly engine: Engine<S>;
  /** How many counters the engine needs per thread. */
  readonly answerCounters: number;
  /** The module that the UDP threads run: it calls `runUdpWorker()` with the same engine. */
  readonly workerEntry: URL;
}

export interface ServedAddress {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  readonly transports: readonly ("udp" | "tcp")[];
}

export interface UdpPath {
  readonly path: "mmsg" | "dgram";
  /** Threads that serve it. */
  readonly workers: number;
  /** Why this path and not the other, for the banner. */
  readonly reason: string;
}

export interface ServerCounters {
  /** By the engine's numbering. */
  readonly answers: readonly number[];
  readonly udp: Readonly<Record<keyof typeof udpCounter, number>>;
  readonly tcp: TcpCounts;
  /** UDP threads that died and were replaced. */
  readonly restarts: number;
}

export interface Server {
  /** What is served at the moment. */
  readonly addresses: readonly ServedAddress[];
  readonly udpPath: UdpPath;
  /** Hands a new state to all threads. Throws if it cannot be read, and then reaches none of them. */
  publish(publication: Publication): void;
  /** Sums over all threads since the start. */
  counters(): ServerCounters;
  /** The rotation counters of every thread, to read along. */
  rotation(): readonly RotationView[];
  /** Stops accepting, answers what is queued, ends all threads and connections; within 2 s. */
  close(): Promise<void>;
}

/** Far below the time in which a counter could wrap around. */
const SAMPLE_MS = 60_000;

const FAULT_LINES_PER_SECOND = 1;

/**
 * Opens the sockets and starts the threads. They begin to answer with the first publication.
 *
 * @throws ListenError if a listen address, or the UDP path that was asked for, cannot be had
 */
export async function startServer<S extends ImageReader>(
  options: ServerOptions & EngineOptions<S>,
): Promise<Server> {
  const { engine, answerCounters, workerEntry, log } = options;
  const { settings = DEFAULT_ANSWER_SETTINGS, desk = () => [] } = options;
  const current = new CurrentPublication();
  const wholePublication = (): Publication | undefined => current.whole();
  const { udp, reason } = await createUdpService(options, {
    workerEntry,
    answerCounters,
    settings,
    desk,
    wholePublication,
    log,
  });

  const tcpCounters = new Uint32Array(answerCounters);
  const tcpFaults = new Uint32Array(UDP_COUNTERS);
  const faultLog = createRateLimitedLog(log, FAULT_LINES_PER_SECOND);
  const tcpRotation = new ThreadRotation(udp.slots.length);
  const context = createContext(tcpCounters, settings);
  const reader = new Reader(engine, context, (err) => {
    tcpFaults[udpCounter.faulted] = (tcpFaults[udpCounter.faulted] ?? 0) + 1;
    faultLog.error({ err }, "Query answered SERVFAIL because of a fault");
  });
  context.stream = true;
  reader.takeRotation(tcpRotation.settle());
  const limits = { ...findTcpLimits(), ...options.limits };
  context.keepalive = Math.floor(limits.idleMs / 100);
  const control = new ControlService(desk, (message) => link.hear(message), log);
  const link = new ControlLink((message) => control.hear(message));
  const tcp = new TcpService({ reader, limits, log, control: link });

  const answerTotals = [...udp.slots.map((slot) => slot.answerCounters), tcpCounters].map(
    (counters) => new CounterTotals(counters),
  );
  const udpTotals = [...udp.slots.map((slot) => slot.udpCounters), tcpFaults].map(
    (counters) => new CounterTotals(counters),
  );
  const sampling = setInterval(counters, SAMPLE_MS).unref();

  function counters(): ServerCounters {
    const own = sum(udpTotals);
    return {
      answers: sum(answerTotals),
      udp: {
        sendFailed: own[udpCounter.sendFailed] ?? 0,
        receiveFailed: own[udpCounter.receiveFailed] ?? 0,
        faulted: own[udpCounter.faulted] ?? 0,
      },
      tcp: tcp.counts(),
      restarts: udp.slots.reduce((total, slot) => total + slot.deaths, 0),
    };
  }

  const listeners = new Listeners({
    listenTcp: (listen) => tcp.listen(listen),
    openUdp: (listen) => udp.open(listen),
    log,
  });

  async function close(): Promise<void> {
    listeners.close();
    clearInterval(sampling);
    await Promise.all([tcp.close(), udp.close()]);
  }

  try {
    await listeners.open(options.listen);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get addresses() {
      return listeners.served.map(({ address, port }) => ({
        address: formatAddress(address),
        port,
        family: address.family,
        transports: ["udp", "tcp"] as const,
      }));
    },
    udpPath: { path: udp.path, workers: udp.slots.length, reason },
    publish: (publication) => {
      const grown = tcpRotation.grow(publication.rotationSlots);
      if (grown !== undefined) reader.takeRotation(grown);
      applyFirst(reader, publication, current.whole());
      current.merge(publication);
      udp.publish(publication);
      tcp.resume();
    },
    counters,
    rotation: () =>
      [...udp.slots.map((slot) => slot.rotation), tcpRotation].map((one) => one.view()),
    close,
  };
}

/** Tries a publication on the main thread's own reader, which keeps its old state if that fails. */
function applyFirst<S extends ImageReader>(
  reader: Reader<S>,
  publication: Publication,
  before: Publication | undefined,
): void {
  try {
    reader.apply(publication);
  } catch (error) {
    reader.reset();
    if (before !== undefined) reader.apply(before);
    throw error;
  }
}

async function createUdpService(
  { udp, workers, log }: ServerOptions,
  service: UdpServiceOptions,
): Promise<{ udp: UdpService; reason: string }> {
  const loaded = udp === "dgram" ? { reason: "asked for" } : await loadLibc();
  if ("libc" in loaded) {
    const { libc } = loaded;
    return {
      udp: createMmsgService({ ...service, libc, workers }),
      reason: "recvmmsg through koffi",
    };
  }
  const { reason } = loaded;
  if (udp === "mmsg") {
    throw new ListenError(`Cannot serve UDP through recvmmsg: ${reason}`, "ENOSYS");
  }
  if (workers > 1) log.info({ workers }, "node:dgram serves UDP with one thread");
  return { udp: createDgramService(service), reason };
}

function sum(totals: readonly CounterTotals[]): number[] {
  const samples = totals.map((total) => total.sample());
  return (samples[0] ?? []).map((_, i) =>
    samples.reduce((total, sample) => total + (sample[i] ?? 0), 0),
  );
}
