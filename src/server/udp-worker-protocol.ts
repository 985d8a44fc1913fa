import type { MessagePort } from "node:worker_threads";
import type { AnswerSettings } from "../answer/answer-settings.ts";
import type { Publication } from "../image/publication.ts";
import type { FromControlDesk, ToControlDesk } from "./control-protocol.ts";
import type { FaultReport } from "./fault-reporter.ts";
import type { LentDescriptor } from "./mmsg-socket.ts";

/** What a UDP worker thread is started with. */
export interface UdpWorkerData {
  readonly path: "mmsg" | "dgram";
  /** Int32Array of {@link CONTROL_WORDS}; word 0 rises with every message put on `port`. */
  readonly control: SharedArrayBuffer;
  /** Uint32Arrays that outlive the thread: a replacement goes on counting in them. */
  readonly answerCounters: SharedArrayBuffer;
  readonly udpCounters: SharedArrayBuffer;
  readonly settings: AnswerSettings;
  /** Carries {@link ToUdpWorker} and {@link FromUdpWorker}. */
  readonly port: MessagePort;
}

export const CONTROL_WORDS = 1;

export type ToUdpWorker =
  /** Where to count from now on, see thread-rotation.ts. */
  | { readonly type: "rotation"; readonly buffer: SharedArrayBuffer }
  | { readonly type: "publication"; readonly publication: Publication }
  /** mmsg only. */
  | { readonly type: "socket"; readonly socket: LentDescriptor }
  /** dgram only; answered by `bound` or `bindFailed`. */
  | { readonly type: "bind"; readonly id: number; readonly host: string; readonly port: number }
  /** dgram only. */
  | { readonly type: "unbind"; readonly id: number }
  | { readonly type: "control"; readonly message: FromControlDesk }
  /** Answer what is queued, then end. */
  | { readonly type: "stop" };

export type FromUdpWorker =
  | FaultReport
  | { readonly type: "control"; readonly message: ToControlDesk }
  | { readonly type: "bound"; readonly id: number; readonly port: number }
  | { readonly type: "bindFailed"; readonly id: number; readonly code: string };
