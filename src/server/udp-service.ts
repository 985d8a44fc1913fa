import type { AnswerSettings } from "../answer/answer-settings.ts";
import type { Publication } from "../image/publication.ts";
import type { Log } from "../log/log.ts";
import type { ControlDesk } from "./control-desk.ts";
import type { HandedSocket, HandedSockets } from "./handed-sockets.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/** UDP on one of the two paths. */
export interface UdpService {
  readonly path: "mmsg" | "dgram";
  /** The threads, which hold the counters. */
  readonly slots: readonly WorkerSlot[];
  /**
   * Opens one more address.
   *
   * @throws an error with the `code` of the system call that failed
   */
  open(listen: ListenAddress): Promise<OpenedDatagrams>;
  /** Its sockets, which stay its own; undefined if they are the threads'. */
  listSockets(): readonly HandedSocket[] | undefined;
  /** Gives every thread what changed. */
  publish(publication: Publication): void;
  /** Answers what is queued, ends the threads, closes the sockets. */
  close(): Promise<void>;
}

/** An address that takes datagrams. */
export interface OpenedDatagrams {
  /** The port asked for, unless that was 0. */
  readonly port: number;
  /** Has them answered; before that they wait, where the sockets are the main thread's. */
  start(): void;
}

export interface UdpServiceOptions {
  /** The module that the threads run. */
  readonly workerEntry: URL;
  /** How many counters the answers need. */
  readonly answerCounters: number;
  readonly settings: AnswerSettings;
  readonly desk: ControlDesk;
  /** All that was published so far; undefined before the first publication. */
  readonly wholePublication: () => Publication | undefined;
  readonly log: Log;
  /** Sockets of an earlier process, taken before others are opened. */
  readonly handed?: HandedSockets | undefined;
}
