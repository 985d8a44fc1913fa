import { formatAddress } from "../address/parse.ts";
import { createCancelled } from "./create-cancelled.ts";
import type { HandedSocket } from "./handed-sockets.ts";
import type { Libc } from "./libc.ts";
import type { ListenAddress } from "./listen-address.ts";
import { addUdpDescriptors, openUdpDescriptors, type UdpDescriptors } from "./udp-descriptors.ts";
import type { UdpService, UdpServiceOptions } from "./udp-service.ts";
import type { ToWorker } from "./worker-protocol.ts";
import { WorkerSlot } from "./worker-slot.ts";

/**
 * UDP through recvmmsg and sendmmsg: each thread has a socket of its own per listen address. The sockets belong to the
 * main thread, so that they survive a thread and its replacement finds the queries that came meanwhile.
 */
export function createMmsgService(
  options: UdpServiceOptions & { readonly libc: Libc; readonly workers: number },
): UdpService {
  const { libc, workers, handed, log } = options;
  /** Those that are read. */
  const listeners: UdpDescriptors[] = [];
  const sockets: HandedSocket[] = [];
  let isClosing = false;

  function greet(thread: number): ToWorker[] {
    const publication = options.wholePublication();
    return [
      ...(publication === undefined ? [] : [{ type: "publication", publication } as const]),
      ...listeners.flatMap((listener) => lend(listener, thread, workers)),
    ];
  }

  function addMissing(listen: ListenAddress, opened: UdpDescriptors): UdpDescriptors {
    try {
      return addUdpDescriptors(libc, listen, opened, workers);
    } catch (err) {
      const address = formatAddress(listen.address);
      log.error({ address, port: opened.port, err }, "some threads have no UDP socket here");
      return opened;
    }
  }

  const slots = Array.from(
    { length: workers },
    (_, thread) =>
      new WorkerSlot({
        entry: options.workerEntry,
        role: { path: "mmsg" },
        name: "UDP",
        thread,
        answerCounters: options.answerCounters,
        settings: options.settings,
        desk: options.desk,
        log,
        greeting: () => greet(thread),
      }),
  );

  return {
    path: "mmsg",
    slots,
    open: async (listen) => {
      if (isClosing) throw createCancelled();
      const opened = openUdpDescriptors(libc, listen, workers, handed?.take("udp", listen));
      const { port, descriptors } = opened;
      const address = formatAddress(listen.address);
      const own: HandedSocket = { kind: "udp", address, port, askedPort: listen.port, descriptors };
      sockets.push(own);
      if (descriptors.length > workers) {
        log.info(
          { address, port, sockets: descriptors.length, workers },
          "more UDP sockets than threads were handed over: each thread reads several until the next restart",
        );
      }
      return {
        port,
        start: () => {
          if (isClosing) return;
          const listener = addMissing(listen, opened);
          sockets[sockets.indexOf(own)] = { ...own, descriptors: listener.descriptors };
          listeners.push(listener);
          for (const [thread, slot] of slots.entries()) {
            for (const message of lend(listener, thread, workers)) slot.post(message);
          }
        },
      };
    },
    listSockets: () => sockets,
    publish: (publication) => {
      for (const slot of slots) slot.publish(publication);
    },
    close: async () => {
      isClosing = true;
      await Promise.all(slots.map((slot) => slot.stop()));
      for (const { descriptors } of sockets) {
        for (const descriptor of descriptors) libc.close(descriptor);
      }
      listeners.length = 0;
      sockets.length = 0;
    },
  };
}

/** The sockets of a listener that a thread reads: one, unless there are more of them than threads. */
function lend(listener: UdpDescriptors, thread: number, workers: number): ToWorker[] {
  const { family, hasPacketInfo, proxies, descriptors } = listener;
  return descriptors
    .filter((_, i) => i % workers === thread)
    .map((descriptor) => ({
      type: "socket",
      socket: { descriptor, family, hasPacketInfo, proxies },
    }));
}
