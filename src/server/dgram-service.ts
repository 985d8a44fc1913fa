import { networkInterfaces } from "node:os";
import { formatAddress } from "../address/parse.ts";
import { isWildcard, type ListenAddress } from "./listen-address.ts";
import type { UdpService, UdpServiceOptions } from "./udp-service.ts";
import type { FromUdpWorker, ToUdpWorker } from "./udp-worker-protocol.ts";
import { WorkerSlot } from "./worker-slot.ts";

export interface DgramServiceOptions extends UdpServiceOptions {
  /** The host's own addresses of a family, presentation form. */
  readonly hostAddresses?: (family: 4 | 6) => readonly string[];
  /** How often they are looked at again, in milliseconds. */
  readonly recheckMs?: number;
}

interface Binding {
  readonly host: string;
  /** As asked for, then as bound. */
  port: number;
  readonly settle: (error: NodeJS.ErrnoException | undefined) => void;
}

const RECHECK_MS = 10_000;

/**
 * UDP through node:dgram in one thread of its own, so that nothing the main thread does delays an answer. A wildcard address
 * becomes one socket per address of the host: dgram cannot choose the source of an answer, and the kernel's choice would be
 * wrong for all but one of them.
 */
export function createDgramService(options: DgramServiceOptions): UdpService {
  const { log } = options;
  const hostAddresses = options.hostAddresses ?? findHostAddresses;
  const bindings = new Map<number, Binding>();
  const rechecks: NodeJS.Timeout[] = [];
  const refused = new Set<string>();
  let nextId = 0;

  function greet(): ToUdpWorker[] {
    const publication = options.wholePublication();
    return [
      ...(publication === undefined ? [] : [{ type: "publication", publication } as const]),
      ...[...bindings].map(([id, { host, port }]) => ({ type: "bind", id, host, port }) as const),
    ];
  }

  const slot = new WorkerSlot({
    entry: options.workerEntry,
    path: "dgram",
    thread: 0,
    answerCounters: options.answerCounters,
    settings: options.settings,
    desk: options.desk,
    log,
    greeting: greet,
    onMessage: hear,
  });

  function hear(message: Exclude<FromUdpWorker, { type: "control" }>): void {
    if (message.type === "fault") {
      const { stack, count } = message;
      log.error({ thread: 0, stack, count }, "Query answered SERVFAIL because of a fault");
      return;
    }
    const binding = bindings.get(message.id);
    if (binding === undefined) return;
    if (message.type === "bound") {
      binding.port = message.port;
      binding.settle(undefined);
      return;
    }
    const { host, port } = binding;
    bindings.delete(message.id);
    log.debug({ host, port, code: message.code }, "UDP socket not bound");
    binding.settle(Object.assign(new Error(`bind ${message.code}`), { code: message.code }));
  }

  /** Binds one socket; resolves with its id and port. */
  function bind(host: string, port: number): Promise<{ id: number; port: number }> {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const binding: Binding = {
        host,
        port,
        settle: (error) => (error ? reject(error) : resolve({ id, port: binding.port })),
      };
      bindings.set(id, binding);
      slot.post({ type: "bind", id, host, port });
    });
  }

  function unbind(id: number): void {
    bindings.delete(id);
    slot.post({ type: "unbind", id });
  }

  async function openWildcard(family: 4 | 6, askedPort: number): Promise<number> {
    const hosts = hostAddresses(family);
    if (hosts.length === 0) {
      throw Object.assign(new Error("bind EADDRNOTAVAIL"), { code: "EADDRNOTAVAIL" });
    }
    const ids = new Map<string, number>();
    let port = askedPort;
    try {
      for (const host of hosts) {
        const bound = await bind(host, port).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EADDRNOTAVAIL" && error.code !== "EINVAL") throw error;
          refuse(host, port, error);
          return undefined;
        });
        if (bound === undefined) continue;
        port = bound.port;
        ids.set(host, bound.id);
      }
      if (ids.size === 0) {
        throw Object.assign(new Error("bind EADDRNOTAVAIL"), { code: "EADDRNOTAVAIL" });
      }
    } catch (error) {
      for (const id of ids.values()) unbind(id);
      throw error;
    }
    rechecks.push(setInterval(() => recheck(family, port, ids), options.recheckMs ?? RECHECK_MS));
    return port;
  }

  /** Tells of an address that cannot be had now, once; every look at the host's addresses tries it again. */
  function refuse(host: string, port: number, { code }: NodeJS.ErrnoException): void {
    if (!refused.has(host)) log.warn({ host, port, code }, "UDP not served on this address");
    refused.add(host);
  }

  /** Follows the addresses that the host gained or lost. */
  function recheck(family: 4 | 6, port: number, ids: Map<string, number>): void {
    const hosts = new Set(hostAddresses(family));
    for (const [host, id] of ids) {
      if (hosts.has(host)) continue;
      ids.delete(host);
      unbind(id);
      log.warn({ host, port }, "Address left the host, UDP no longer served on it");
    }
    for (const host of hosts) {
      if (ids.has(host)) continue;
      // Keeps the next check from binding it a second time.
      ids.set(host, -1);
      bind(host, port).then(
        ({ id }) => {
          ids.set(host, id);
          refused.delete(host);
          log.warn({ host, port }, "Address came to the host, UDP served on it now");
        },
        (error: NodeJS.ErrnoException) => {
          ids.delete(host);
          refuse(host, port, error);
        },
      );
    }
  }

  return {
    path: "dgram",
    slots: [slot],
    open: async ({ address, port }: ListenAddress) => {
      if (isWildcard(address)) return openWildcard(address.family, port);
      return (await bind(formatAddress(address), port)).port;
    },
    publish: (publication) => slot.publish(publication),
    close: async () => {
      for (const timer of rechecks) clearInterval(timer);
      await slot.stop();
    },
  };
}

function findHostAddresses(family: 4 | 6): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => address.family === `IPv${family}`)
      .map((address) => {
        if (address.family !== "IPv6" || !address.address.startsWith("fe80:")) {
          return address.address;
        }
        // A link-local address means nothing without its link: by number on Windows, by name elsewhere.
        const link = process.platform === "win32" ? address.scopeid : name;
        return `${address.address}%${link}`;
      }),
  );
}
