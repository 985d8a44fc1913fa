/**
 * The DNS service's sockets: UDP on one of two paths, and connections, on all listen addresses. Nothing outside this folder
 * knows them; what to answer comes from the engine and from what is published here.
 */
import type { Prefix } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";
import { type AnswerSettings, DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import type { Publication } from "../image/publication.ts";
import type { Log } from "../log/log.ts";
import type { Certificate } from "./certificate.ts";
import type { ControlDesk } from "./control-desk.ts";
import { CounterTotals } from "./counter-totals.ts";
import { CurrentPublication } from "./current-publication.ts";
import { createDgramService } from "./dgram-service.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { type HandedSocket, HandedSockets } from "./handed-sockets.ts";
import { type Libc, type LoadedLibc, loadLibc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { ListenError } from "./listen-error.ts";
import { Listeners } from "./listeners.ts";
import { createMmsgService } from "./mmsg-service.ts";
import { findStreamLimits, type StreamLimits } from "./stream-limits.ts";
import { DEFAULT_DOH_PATH, StreamService } from "./stream-service.ts";
import { BATCH_SIZES, threadCounter } from "./thread-counters.ts";
import type { RotationView } from "./thread-rotation.ts";
import type { UdpService, UdpServiceOptions } from "./udp-service.ts";

export interface ServerOptions {
  readonly listen: readonly ListenAddress[];
  /** UDP threads, at least 1; `dgram` has only one whatever this says. */
  readonly workers: number;
  readonly udp: "auto" | "mmsg" | "dgram";
  readonly log: Log;
  readonly limits?: Partial<StreamLimits>;
  /** For listen addresses with TLS; without one no handshake comes to an end. */
  readonly certificate?: Certificate | undefined;
  /** What the operator has decided about answers; the defaults if left out. */
  readonly settings?: AnswerSettings;
  /** Answers what the image cannot; left out, nobody does, and there is silence. */
  readonly desk?: ControlDesk;
  /** Sockets of a process that this one takes over from. Nothing is read before `start()` then. */
  readonly handed?: readonly HandedSocket[] | undefined;
}

export interface EngineOptions<S extends ImageReader> {
  readonly engine: Engine<S>;
  /** How many counters the engine needs per thread. */
  readonly answerCounters: number;
  /** The module that the threads run: it calls `runWorker()` with the same engine. */
  readonly workerEntry: URL;
}

export interface ServedAddress {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
  readonly transports: readonly ("udp" | "tcp" | "tls" | "https")[];
  /** Of requests over HTTPS. */
  readonly path: string | undefined;
  /** Who has to say first for whom he asks. */
  readonly proxies: readonly Prefix[];
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
  readonly udp: {
    readonly sendFailed: number;
    readonly receiveFailed: number;
    /** Queries whose answer threw, whatever brought them. */
    readonly faulted: number;
    /** By thread: batches by how many datagrams they had; nothing of threads that take them one by one. */
    readonly batches: readonly Readonly<Record<string, number>>[];
  };
  readonly tcp: ConnectionCounts;
  /** Threads that died and were replaced. */
  readonly restarts: number;
}

/** Of all connections, with TLS or without. */
export interface ConnectionCounts {
  /** Of the moment. */
  readonly connections: number;
  readonly accepted: number;
  /** Closed for a newer connection because a cap was reached. */
  readonly evicted: number;
  readonly handshakesFailed: number;
  /** Without TLS. */
  readonly queriesTcp: number;
  readonly queriesTls: number;
  readonly queriesHttps: number;
}

export interface Server {
  /** What is served at the moment. */
  readonly addresses: readonly ServedAddress[];
  readonly udpPath: UdpPath;
  /** Hands a new state to all threads. Throws if it cannot be read, and then reaches none of them. */
  publish(publication: Publication): void;
  /** What TLS is served with from now on. */
  setCertificate(certificate: Certificate): void;
  /** Sums over all threads since the start. */
  counters(): ServerCounters;
  /** The rotation counters of every thread, to read along. */
  rotation(): readonly RotationView[];
  /** Has the sockets read that were handed over; closes those that no listen address asks for. */
  start(): void;
  /** All sockets, for a process that takes over; they stay in use. A string: why they cannot be handed over. */
  listSockets(): readonly HandedSocket[] | string;
  /** Stops reading and accepting, for another process does; connections in use may go on for {@link RETIRE_MS}. */
  retire(): Promise<void>;
  /** Stops accepting, answers what is queued, ends all threads and connections; within 2 s. */
  close(): Promise<void>;
}

/** Clients with connections are told to come again sooner or later; this long they are waited for. */
const RETIRE_MS = 10_000;

/** Far below the time in which a counter could wrap around. */
const SAMPLE_MS = 60_000;

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
  const check = createCheck(engine, wholePublication);
  const loaded = options.udp === "dgram" ? { reason: "asked for" } : await loadLibc();
  const libc = "libc" in loaded ? loaded.libc : undefined;
  const handed = options.handed && takeSockets(libc, options.handed);
  const threads = { workerEntry, answerCounters, settings, desk, wholePublication, handed, log };
  const { udp, reason } = createUdpService(options, loaded, threads);

  const isSecure = ({ protocol = "dns" }: ListenAddress): boolean => protocol !== "dns";
  // Handshakes cost far more than answers: those who come without wait for none.
  const kinds = [
    { name: "TCP", isFor: (listen: ListenAddress) => !isSecure(listen) },
    { name: "TLS", isFor: isSecure },
  ].filter(({ isFor }) => options.listen.some(isFor));
  const limits = { ...findStreamLimits(kinds.length), ...options.limits };
  const streams = kinds.map(({ name, isFor }, i) => {
    const thread = udp.slots.length + i;
    return { isFor, service: new StreamService({ ...threads, name, thread, limits, libc }) };
  });
  const slots = [...udp.slots, ...streams.map(({ service }) => service.slot)];
  function setCertificate(certificate: Certificate): void {
    for (const { service } of streams) service.setCertificate(certificate);
  }
  if (options.certificate !== undefined) setCertificate(options.certificate);

  const answerTotals = slots.map((slot) => new CounterTotals(slot.answerCounters));
  const threadTotals = slots.map((slot) => new CounterTotals(slot.threadCounters));
  const sampling = setInterval(counters, SAMPLE_MS).unref();

  function counters(): ServerCounters {
    const own = sum(threadTotals);
    const total = (name: keyof typeof threadCounter): number => own[threadCounter[name]] ?? 0;
    const { connections } = threadCounter;
    return {
      answers: sum(answerTotals),
      udp: {
        sendFailed: total("sendFailed"),
        receiveFailed: total("receiveFailed"),
        faulted: total("faulted"),
        batches: udp.path === "mmsg" ? udp.slots.map((_, i) => countBatches(threadTotals[i]!)) : [],
      },
      tcp: {
        connections: slots.reduce((all, slot) => all + (slot.threadCounters[connections] ?? 0), 0),
        accepted: total("accepted"),
        evicted: total("evicted"),
        handshakesFailed: total("handshakesFailed"),
        queriesTcp: total("queriesTcp"),
        queriesTls: total("queriesTls"),
        queriesHttps: total("queriesHttps"),
      },
      restarts: slots.reduce((all, slot) => all + slot.deaths, 0),
    };
  }

  const listeners = new Listeners({
    openTcp: (listen) => streams.find(({ isFor }) => isFor(listen))!.service.open(listen),
    openUdp: (listen) => udp.open(listen),
    isHeld: handed !== undefined,
    findOverlap: (listen) => handed?.findOverlap(listen),
    log,
  });

  let closed: Promise<unknown> | undefined;
  async function close(patienceMs = 0): Promise<void> {
    listeners.close();
    clearInterval(sampling);
    closed ??= Promise.all([
      udp.close(),
      ...streams.map(({ service }) => service.close(patienceMs)),
    ]);
    await closed;
    handed?.close();
  }

  function listSockets(): readonly HandedSocket[] | string {
    const datagrams = udp.listSockets();
    if (datagrams === undefined) return `UDP is read by node:dgram (${reason})`;
    return [...datagrams, ...streams.flatMap(({ service }) => service.listSockets())];
  }

  try {
    await listeners.open(options.listen);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get addresses() {
      return listeners.served.map(describeServed);
    },
    udpPath: { path: udp.path, workers: udp.slots.length, reason },
    publish: (publication) => {
      check(publication);
      current.merge(publication);
      for (const slot of slots) slot.publish(publication);
    },
    setCertificate,
    counters,
    rotation: () => slots.map((slot) => slot.rotation.view()),
    start: () => {
      listeners.start();
      handed?.close();
    },
    listSockets,
    retire: () => close(RETIRE_MS),
    close: () => close(),
  };
}

function countBatches(totals: CounterTotals): Record<string, number> {
  const counts = totals.sample();
  return Object.fromEntries(
    BATCH_SIZES.map((size, i) => [size, counts[threadCounter.batches + i] ?? 0]),
  );
}

function describeServed(listen: ListenAddress): ServedAddress {
  const { address, port, protocol = "dns", path = DEFAULT_DOH_PATH, proxies = [] } = listen;
  return {
    address: formatAddress(address),
    port,
    transports: protocol === "dns" ? ["udp", "tcp"] : [protocol],
    path: protocol === "https" ? path : undefined,
    proxies,
  };
}

/** Throws for a publication that cannot be read, before a thread hears of it. */
function createCheck<S extends ImageReader>(
  engine: Engine<S>,
  wholePublication: () => Publication | undefined,
): (publication: Publication) => void {
  let serving = engine.createServing();
  return (publication) => {
    try {
      serving.apply(publication);
    } catch (error) {
      const before = wholePublication();
      serving = engine.createServing();
      if (before !== undefined) serving.apply(before);
      throw error;
    }
  };
}

/** @throws ListenError if nothing can be done with them */
function takeSockets(libc: Libc | undefined, handed: readonly HandedSocket[]): HandedSockets {
  if (libc === undefined) {
    throw new ListenError("Cannot take over sockets: that needs the C library", "ENOSYS");
  }
  try {
    return new HandedSockets(libc, handed);
  } catch (error) {
    const { code = "EBADF", message } = error as NodeJS.ErrnoException;
    throw new ListenError(`Cannot take over sockets: ${message}`, code);
  }
}

function createUdpService(
  { udp, workers, log }: ServerOptions,
  loaded: LoadedLibc,
  service: UdpServiceOptions,
): { udp: UdpService; reason: string } {
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
