import { networkInterfaces } from "node:os";
import type { Prefix } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";
import { Bindings, type Bound } from "./bindings.ts";
import { createCancelled } from "./create-cancelled.ts";
import { isWildcard, type ListenAddress } from "./listen-address.ts";
import type { UdpService, UdpServiceOptions } from "./udp-service.ts";
import type { DatagramBinding, ToWorker } from "./worker-protocol.ts";
import { WorkerSlot } from "./worker-slot.ts";

export interface DgramServiceOptions extends UdpServiceOptions {
  /** The host's own addresses of a family, presentation form. */
  readonly hostAddresses?: (family: 4 | 6) => readonly string[];
  /** How often they are looked at again, in milliseconds. */
  readonly recheckMs?: number;
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
  const bindings = new Bindings<DatagramBinding>();
  const rechecks: NodeJS.Timeout[] = [];
  const refused = new Set<string>();
  let isClosing = false;

  function greet(): ToWorker[] {
    const publication = options.wholePublication();
    return [
      ...(publication === undefined ? [] : [{ type: "publication", publication } as const]),
      ...bindings.list().map(([id, binding]) => ({ type: "bind", id, ...binding }) as const),
    ];
  }

  const slot = new WorkerSlot({
    entry: options.workerEntry,
    role: { path: "dgram" },
    name: "UDP",
    thread: 0,
    answerCounters: options.answerCounters,
    settings: options.settings,
    desk: options.desk,
    log,
    greeting: greet,
    onBinding: (message) => {
      const failed = bindings.hear(message);
      if (failed === undefined || message.type === "bound") return;
      const { host, port } = failed;
      log.debug({ host, port, code: message.code }, "UDP socket not bound");
    },
  });

  /** Binds one socket; rejects with an error that has a `code`. */
  async function bind(host: string, port: number, proxies: readonly Prefix[]): Promise<Bound> {
    if (isClosing) throw createCancelled();
    const binding = { host, port, proxies };
    const { id, bound } = bindings.add(binding);
    slot.post({ type: "bind", id, ...binding });
    return bound;
  }

  function unbind(id: number): void {
    bindings.remove(id);
    slot.post({ type: "unbind", id });
  }

  async function openWildcard(listen: ListenAddress): Promise<number> {
    const {
      address: { family },
      proxies = [],
    } = listen;
    const hosts = hostAddresses(family);
    if (hosts.length === 0) {
      throw Object.assign(new Error("bind EADDRNOTAVAIL"), { code: "EADDRNOTAVAIL" });
    }
    const ids = new Map<string, number>();
    let port = listen.port;
    try {
      for (const host of hosts) {
        const bound = await bind(host, port, proxies).catch((error: NodeJS.ErrnoException) => {
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
    if (isClosing) throw createCancelled();
    const recheckMs = options.recheckMs ?? RECHECK_MS;
    rechecks.push(setInterval(() => recheck({ ...listen, port }, ids), recheckMs));
    return port;
  }

  /** Tells of an address that cannot be had now, once; every look at the host's addresses tries it again. */
  function refuse(host: string, port: number, { code }: NodeJS.ErrnoException): void {
    if (!refused.has(host)) log.warn({ host, port, code }, "UDP not served on this address");
    refused.add(host);
  }

  /** Follows the addresses that the host gained or lost. */
  function recheck(listen: ListenAddress, ids: Map<string, number>): void {
    const { address, port, proxies = [] } = listen;
    const hosts = new Set(hostAddresses(address.family));
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
      bind(host, port, proxies).then(
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
    open: async (listen: ListenAddress) => {
      const { address, port, proxies = [] } = listen;
      const bound = isWildcard(address)
        ? await openWildcard(listen)
        : (await bind(formatAddress(address), port, proxies)).port;
      return { port: bound, start: () => {} };
    },
    listSockets: () => undefined,
    publish: (publication) => slot.publish(publication),
    close: async () => {
      isClosing = true;
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
