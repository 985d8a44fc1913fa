import type { MessagePort } from "node:worker_threads";
import { collectAlone } from "./collect-alone.ts";
import type { ControlLink } from "./control-link.ts";
import type { ImageReader } from "./engine.ts";
import type { Libc } from "./libc.ts";
import type { Reader } from "./reader.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { type StreamListener, StreamServer } from "./stream-server.ts";
import type { FromWorker, StreamBinding, ToWorker } from "./worker-protocol.ts";

export interface StreamLoop<S extends ImageReader> {
  readonly reader: Reader<S>;
  readonly port: MessagePort;
  readonly link: ControlLink;
  readonly limits: StreamLimits;
  /** By `threadCounter`. */
  readonly counters: Uint32Array;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly libc: Libc | undefined;
}

/** Serves connections on the sockets that messages name until one says stop. Returns at once; the event loop does the rest. */
export function runStreamLoop<S extends ImageReader>(loop: StreamLoop<S>): void {
  const { reader, port, link } = loop;
  reader.context.stream = true;
  const server = new StreamServer(loop);
  const listeners = new Map<number, StreamListener>();
  /** Sockets that are about to listen. */
  const opening = new Set<Promise<void>>();
  let isStopping = false;
  const say = (message: FromWorker): void => port.postMessage(message);

  async function listen(id: number, binding: StreamBinding): Promise<void> {
    try {
      const listener = await server.listen(binding);
      listeners.set(id, listener);
      say({ type: "bound", id, port: listener.port });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      say({ type: "bindFailed", id, code: code ?? message });
    }
  }

  /** Not before the last socket listens: only those that do can be closed. */
  async function stop(patienceMs: number): Promise<void> {
    isStopping = true;
    await Promise.all(opening);
    await server.close(patienceMs);
    port.close();
  }

  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "rotation":
        reader.takeRotation(message.buffer);
        break;
      case "publication":
        if (!reader.isReady) collectAlone();
        reader.apply(message.publication);
        server.resume();
        break;
      case "control":
        link.hear(message.message);
        break;
      case "listen": {
        if (isStopping) break;
        const listening = listen(message.id, message);
        opening.add(listening);
        void listening.then(() => opening.delete(listening));
        break;
      }
      case "unbind":
        listeners.get(message.id)?.close();
        listeners.delete(message.id);
        break;
      case "certificate":
        server.setCertificate(message.certificate);
        break;
      case "bind":
      case "socket":
        break;
      case "stop":
        void stop(message.patienceMs);
        break;
    }
  });
}
