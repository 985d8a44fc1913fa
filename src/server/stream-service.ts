import { formatAddress } from "../address/parse.ts";
import type { Publication } from "../image/publication.ts";
import { Bindings } from "./bindings.ts";
import type { Certificate } from "./certificate.ts";
import { createCancelled } from "./create-cancelled.ts";
import type { HandedSocket } from "./handed-sockets.ts";
import type { Libc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { openTcpDescriptor } from "./tcp-descriptor.ts";
import type { UdpServiceOptions } from "./udp-service.ts";
import type { StreamBinding, ToWorker } from "./worker-protocol.ts";
import { WorkerSlot } from "./worker-slot.ts";

export interface StreamServiceOptions extends UdpServiceOptions {
  /** For the log, e.g. `TCP`. */
  readonly name: string;
  /** 0, 1, … different for each thread of the server. */
  readonly thread: number;
  readonly limits: StreamLimits;
  readonly libc: Libc | undefined;
}

/** An address that takes connections. */
export interface OpenedStream {
  /** The port asked for, unless that was 0. */
  readonly port: number;
  /** Has them served; before that they wait. */
  start(): void;
  /** Gives the address back; not after {@link start}. */
  close(): void;
}

export const DEFAULT_DOH_PATH = "/dns-query";

/**
 * A thread for connections, so that nothing the main thread does delays an answer. Where the C library is at hand, the listening
 * sockets belong to the main thread: connections that come while the thread is being replaced wait in them.
 */
export class StreamService {
  readonly slot: WorkerSlot;
  readonly #libc: Libc | undefined;
  readonly #bindings = new Bindings<StreamBinding>();
  readonly #handed: StreamServiceOptions["handed"];
  readonly #sockets = new Map<number, HandedSocket>();
  #certificate: Certificate | undefined;
  #isClosing = false;

  constructor(options: StreamServiceOptions) {
    const { log, wholePublication } = options;
    this.#libc = options.libc;
    this.#handed = options.handed;
    this.slot = new WorkerSlot({
      entry: options.workerEntry,
      role: { path: "stream", limits: options.limits },
      name: options.name,
      thread: options.thread,
      answerCounters: options.answerCounters,
      settings: options.settings,
      desk: options.desk,
      log,
      greeting: () => this.#greet(wholePublication()),
      onBinding: (message) => {
        const failed = this.#bindings.hear(message);
        // Whoever is closing has taken the sockets back.
        if (failed === undefined || message.type === "bound" || this.#isClosing) return;
        const { host, port } = failed;
        log.error({ host, port, code: message.code }, "Connections not served on this address");
      },
    });
  }

  /**
   * Opens one more address for connections.
   *
   * @throws an error with the `code` of the system call that failed
   */
  async open(listen: ListenAddress): Promise<OpenedStream> {
    if (this.#isClosing) throw createCancelled();
    const { address, protocol = "dns", path = DEFAULT_DOH_PATH, proxies = [] } = listen;
    const handed = this.#handed?.take("tcp", listen);
    const opened = this.#libc && openTcpDescriptor(this.#libc, listen, handed);
    const host = formatAddress(address);
    if (opened !== undefined) {
      this.#sockets.set(opened.descriptor, {
        kind: "tcp",
        address: host,
        port: opened.port,
        askedPort: listen.port,
        descriptors: [opened.descriptor],
      });
    }
    const binding: StreamBinding = {
      host,
      port: opened?.port ?? listen.port,
      descriptor: opened?.descriptor,
      protocol,
      path,
      proxies,
    };
    if (opened === undefined) return this.#bind(binding);
    return {
      port: opened.port,
      start: () => {
        if (this.#isClosing) return;
        const { id, bound } = this.#bindings.add(binding);
        // A thread that cannot is a fault of ours, and logged as one.
        bound.catch(() => {});
        this.slot.post({ type: "listen", id, ...binding });
      },
      close: () => this.#close(opened.descriptor),
    };
  }

  /** What TLS is served with from now on. */
  setCertificate(certificate: Certificate): void {
    this.#certificate = certificate;
    this.slot.post({ type: "certificate", certificate });
  }

  /** The listening sockets, which stay its own; none where the thread has opened them. */
  listSockets(): readonly HandedSocket[] {
    return [...this.#sockets.values()];
  }

  /**
   * Stops accepting, answers what is on its way, ends the thread.
   *
   * @param patienceMs how long connections may go on that are in use
   */
  async close(patienceMs = 0): Promise<void> {
    this.#isClosing = true;
    const stopped = this.slot.stop(patienceMs);
    for (const descriptor of [...this.#sockets.keys()]) this.#close(descriptor);
    await stopped;
  }

  /** Has the thread open the socket. */
  async #bind(binding: StreamBinding): Promise<OpenedStream> {
    const { id, bound } = this.#bindings.add(binding);
    this.slot.post({ type: "listen", id, ...binding });
    const { port } = await bound;
    const close = (): void => {
      this.#bindings.remove(id);
      this.slot.post({ type: "unbind", id });
    };
    return { port, start: () => {}, close };
  }

  #greet(publication: Publication | undefined): ToWorker[] {
    const certificate = this.#certificate;
    return [
      ...(publication === undefined ? [] : [{ type: "publication", publication } as const]),
      ...(certificate === undefined ? [] : [{ type: "certificate", certificate } as const]),
      ...this.#bindings
        .list()
        .map(([id, binding]) => ({ type: "listen", id, ...binding }) as const),
    ];
  }

  #close(descriptor: number): void {
    if (this.#sockets.delete(descriptor)) this.#libc?.close(descriptor);
  }
}
