import type { Libc } from "./libc.ts";
import { openUdpDescriptors, type UdpDescriptors } from "./udp-descriptors.ts";
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
  const { libc, workers, log } = options;
  const listeners: UdpDescriptors[] = [];

  function greet(thread: number): ToWorker[] {
    const publication = options.wholePublication();
    return [
      ...(publication === undefined ? [] : [{ type: "publication", publication } as const]),
      ...listeners.map((listener) => lend(listener, thread)),
    ];
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
      const listener = openUdpDescriptors(libc, listen, workers);
      listeners.push(listener);
      for (const [thread, slot] of slots.entries()) slot.post(lend(listener, thread));
      return listener.port;
    },
    publish: (publication) => {
      for (const slot of slots) slot.publish(publication);
    },
    close: async () => {
      await Promise.all(slots.map((slot) => slot.stop()));
      for (const { descriptors } of listeners) {
        for (const descriptor of descriptors) libc.close(descriptor);
      }
      listeners.length = 0;
    },
  };
}

function lend(listener: UdpDescriptors, thread: number): ToWorker {
  const { family, hasPacketInfo, proxies, descriptors } = listener;
  const descriptor = descriptors[thread];
  if (descriptor === undefined) throw new RangeError(`Cannot lend a socket to thread ${thread}`);
  return { type: "socket", socket: { descriptor, family, hasPacketInfo, proxies } };
}
