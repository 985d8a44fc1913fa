import type { MessagePort } from "node:worker_threads";
import type { Prefix } from "../address/address.ts";
import type { AnswerSettings } from "../answer/answer-settings.ts";
import type { Publication } from "../image/publication.ts";
import type { Certificate } from "./certificate.ts";
import type { FromControlDesk, ToControlDesk } from "./control-protocol.ts";
import type { FaultReport } from "./fault-reporter.ts";
import type { LentDescriptor } from "./mmsg-socket.ts";
import type { StreamLimits } from "./stream-limits.ts";

/** What a thread serves, and how. */
export type WorkerRole =
  /** UDP through recvmmsg. */
  | { readonly path: "mmsg" }
  /** UDP through node:dgram. */
  | { readonly path: "dgram" }
  /** Connections. */
  | { readonly path: "stream"; readonly limits: StreamLimits };

/** What a thread of the data plane is started with. */
export interface WorkerData {
  readonly role: WorkerRole;
  /** Int32Array of {@link CONTROL_WORDS}; word 0 rises with every message put on `port`. */
  readonly control: SharedArrayBuffer;
  /** Uint32Arrays that outlive the thread: a replacement goes on counting in them. */
  readonly answerCounters: SharedArrayBuffer;
  /** By `threadCounter`. */
  readonly threadCounters: SharedArrayBuffer;
  readonly settings: AnswerSettings;
  /** Carries {@link ToWorker} and {@link FromWorker}. */
  readonly port: MessagePort;
}

export const CONTROL_WORDS = 1;

export type ToWorker =
  /** Where to count from now on, see thread-rotation.ts. */
  | { readonly type: "rotation"; readonly buffer: SharedArrayBuffer }
  | { readonly type: "publication"; readonly publication: Publication }
  | { readonly type: "control"; readonly message: FromControlDesk }
  /** mmsg only. */
  | { readonly type: "socket"; readonly socket: LentDescriptor }
  /** dgram only; answered by `bound` or `bindFailed`. */
  | ({ readonly type: "bind"; readonly id: number } & DatagramBinding)
  /** stream only; answered by `bound` or `bindFailed`. */
  | ({ readonly type: "listen"; readonly id: number } & StreamBinding)
  /** dgram and stream. */
  | { readonly type: "unbind"; readonly id: number }
  /** stream only: what TLS is served with from now on. */
  | { readonly type: "certificate"; readonly certificate: Certificate }
  /** Answer what is queued, then end. Connections that are in use may go on for so many milliseconds. */
  | { readonly type: "stop"; readonly patienceMs: number };

/** A socket of node:dgram. */
export interface DatagramBinding {
  /** As Node has it, with the `%eth0` of a link-local address. */
  readonly host: string;
  readonly port: number;
  /** Trusted to say for whom they ask. */
  readonly proxies: readonly Prefix[];
}

/** A socket that takes connections. */
export interface StreamBinding {
  readonly host: string;
  readonly port: number;
  /** A listening socket of the main thread, of which the thread takes a duplicate; undefined: it has to open one. */
  readonly descriptor: number | undefined;
  readonly protocol: "dns" | "tls" | "https";
  /** Of requests over HTTPS. */
  readonly path: string;
  readonly proxies: readonly Prefix[];
}

export type FromWorker =
  | FaultReport
  | { readonly type: "control"; readonly message: ToControlDesk }
  | { readonly type: "bound"; readonly id: number; readonly port: number }
  | { readonly type: "bindFailed"; readonly id: number; readonly code: string };
