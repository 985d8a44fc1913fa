/**
 * Tells secondaries that zones have changed (RFC 1996): each again and again until it answers, or for the last time.
 */
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { findKeyByText, type Keyring, type TsigKey } from "../tsig/keyring.ts";
import { RCODE_NOERROR } from "../wire/message.ts";
import type { Name, NotifyTarget } from "../zone/model.ts";
import { type NotifyMessage, readNotifyReply, writeNotify } from "./notify-message.ts";
import type { TransferCounts } from "./transfer-counts.ts";

/** Sends datagrams, and hears what comes back. */
export interface DatagramPort {
  send(octets: Uint8Array, to: { readonly address: string; readonly port: number }): void;
  close(): void;
}

export interface NotifierOptions {
  readonly keyring: Keyring;
  /** Kept up to date. */
  readonly counts: TransferCounts["notify"];
  readonly log: Log;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Whether it is this server that secondaries would ask now; always if left out. What there is to tell waits until then. */
  readonly mayTell?: (() => boolean) | undefined;
  /** A message ID: 16 bits that nobody can guess. */
  readonly drawId: () => number;
  /** @param onMessage told of datagrams from anywhere; `problem` of a failure to send */
  readonly openPort: (
    onMessage: (octets: Uint8Array, address: string, port: number) => void,
    onProblem: (address: string, problem: string) => void,
  ) => DatagramPort;
}

/** A version of a zone that secondaries are told of. */
export interface ZoneNews {
  /** Presentation form. */
  readonly name: string;
  readonly apex: Name;
  readonly serial: number;
  /** The zone's SOA record: its rdata and TTL. */
  readonly soa: Uint8Array;
  readonly ttl: number;
  readonly notify: readonly NotifyTarget[];
}

/** How often a NOTIFY is sent, and how long after the first time it is sent again; doubled each time (RFC 1996 §3.6). */
const TRIES = 5;
const FIRST_WAIT_MS = 5000;
/**
 * Before the first one goes out: threads that answer queries must have the new version when secondaries ask for its serial,
 * and what changes twice in a row is told once.
 */
const SETTLE_MS = 500;
/** Zones that one secondary is being told of at a time. */
const MAX_AT_A_TIME = 50;

/** What a secondary was told last of a zone, and what it made of it. */
export interface NotifyReport {
  /** Presentation form. */
  readonly zone: string;
  readonly target: NotifyTarget;
  readonly serial: number;
  /** `pending`: it has not answered yet, or not been told; `unsent`: there is no such key to sign with. */
  readonly state: "pending" | "answered" | "refused" | "unanswered" | "unsent";
  /** Of its answer; undefined while there is none. */
  readonly rcode: number | undefined;
  /** When it answered, or was given up, in milliseconds since 1970; undefined while pending. */
  readonly at: number | undefined;
}

type Told = { -readonly [Field in keyof NotifyReport]: NotifyReport[Field] };

interface Task {
  readonly news: ZoneNews;
  readonly told: Told;
  readonly lane: Lane;
  message: NotifyMessage | undefined;
  tries: number;
  cancelTimer: () => void;
}

/** What there is to tell one secondary. */
interface Lane {
  readonly target: NotifyTarget;
  /** That messages are signed with; undefined if none is named, or none is there. */
  readonly key: TsigKey | undefined;
  /** By zone: tasks that wait for their turn, then those under way. */
  readonly waiting: Map<string, Task>;
  readonly underWay: Map<string, Task>;
  /** Undefined while no new task has to settle. */
  cancelStart: (() => void) | undefined;
  problem: string | undefined;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #lanes = new Map<string, Lane>();
  /** What each secondary of a zone was told of last, by zone, then by secondary. */
  readonly #told = new Map<string, ReadonlyMap<string, Told>>();
  #port: DatagramPort | undefined;
  #isClosed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Tells the zone's secondaries of a version, unless that is the one they were told of last. */
  notify(news: ZoneNews): void {
    if (this.#isClosed) return;
    const before = this.#told.get(news.name);
    const now = new Map<string, Told>();
    this.#told.set(news.name, now);
    for (const target of news.notify) {
      const key = keyOf(target);
      if (now.has(key)) continue;
      const same = before?.get(key);
      const isKnown = same?.serial === news.serial;
      const told = isKnown ? same : begin(news, target);
      now.set(key, told);
      if (!isKnown) this.#add(target, news, told);
    }
  }

  /** Every secondary of every zone, with what it was told last. */
  report(): NotifyReport[] {
    return Array.from(this.#told.values(), (targets) => [...targets.values()]).flat();
  }

  /** Stops telling of a zone. @param name presentation form */
  forget(name: string): void {
    this.#told.delete(name);
    for (const lane of this.#lanes.values()) {
      lane.waiting.delete(name);
      const task = lane.underWay.get(name);
      if (task !== undefined) this.#end(task, "pending");
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { underWay, cancelStart } of this.#lanes.values()) {
      cancelStart?.();
      for (const { cancelTimer } of underWay.values()) cancelTimer();
    }
    this.#lanes.clear();
    this.#port?.close();
    this.#port = undefined;
  }

  #add(target: NotifyTarget, news: ZoneNews, told: Told): void {
    const { keyring, clock } = this.#options;
    const key = keyOf(target);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = {
        target,
        key: target.key === undefined ? undefined : findKeyByText(keyring, target.key),
        waiting: new Map(),
        underWay: new Map(),
        cancelStart: undefined,
        problem: undefined,
      };
      this.#lanes.set(key, lane);
    }
    // What it is being told of is old news now.
    const before = lane.underWay.get(news.name);
    before?.cancelTimer();
    lane.underWay.delete(news.name);
    lane.waiting.set(news.name, {
      news,
      told,
      lane,
      message: undefined,
      tries: 0,
      cancelTimer: () => undefined,
    });
    const started = lane;
    lane.cancelStart ??= clock.schedule(() => this.#start(started), SETTLE_MS);
  }

  #start(lane: Lane): void {
    const { clock, mayTell } = this.#options;
    if (mayTell?.() === false) {
      lane.cancelStart = clock.schedule(() => this.#start(lane), SETTLE_MS);
      return;
    }
    lane.cancelStart = undefined;
    this.#pump(lane);
  }

  #pump(lane: Lane): void {
    if (lane.cancelStart !== undefined) return;
    if (lane.key === undefined && lane.target.key !== undefined) this.#giveUp(lane);
    for (const [name, task] of lane.waiting) {
      if (lane.underWay.size >= MAX_AT_A_TIME) return;
      lane.waiting.delete(name);
      lane.underWay.set(name, task);
      this.#send(task);
    }
    if (lane.underWay.size > 0) return;
    this.#lanes.delete(keyOf(lane.target));
    if (this.#lanes.size > 0) return;
    this.#port?.close();
    this.#port = undefined;
  }

  /** What cannot be signed is not sent; thousands of zones have one line. */
  #giveUp({ target, waiting }: Lane): void {
    const { address: secondary, port, key } = target;
    const [zone] = waiting.keys();
    if (zone === undefined) return;
    const zones = waiting.size;
    const fields = { secondary, port, key, zones, zone };
    this.#options.log.error(fields, "NOTIFY not sent: there is no such key");
    for (const task of waiting.values()) this.#settle(task, "unsent");
    waiting.clear();
  }

  #send(task: Task): void {
    const { news, lane } = task;
    const { clock, wallClock, drawId } = this.#options;
    // The same message each time: a late answer to the first is an answer.
    task.message ??= writeNotify(
      drawId(),
      news.apex,
      news.soa,
      news.ttl,
      lane.key,
      Math.floor(wallClock() / 1000),
    );
    task.tries++;
    this.#port ??= this.#options.openPort(
      (...message) => this.#hear(...message),
      (address, problem) => this.#noteProblem(address, problem),
    );
    this.#port.send(task.message.octets, lane.target);
    const wait = FIRST_WAIT_MS * 2 ** (task.tries - 1);
    task.cancelTimer = clock.schedule(() => this.#expire(task), wait);
  }

  #expire(task: Task): void {
    if (task.tries < TRIES) {
      this.#send(task);
      this.#pump(task.lane);
      return;
    }
    const { problem } = task.lane;
    this.#options.counts.unanswered++;
    this.#options.log.warn(
      { ...describe(task), ...(problem && { problem }) },
      "secondary does not answer NOTIFY",
    );
    this.#end(task, "unanswered");
  }

  #hear(octets: Uint8Array, address: string, port: number): void {
    const nowSeconds = Math.floor(this.#options.wallClock() / 1000);
    for (const lane of this.#lanes.values()) {
      if (lane.target.address !== address || lane.target.port !== port) continue;
      for (const task of lane.underWay.values()) {
        const { message } = task;
        if (message === undefined) continue;
        const reply = readNotifyReply(message, octets, nowSeconds);
        if (reply.kind === "ignored") continue;
        this.#answered(task, reply.rcode);
        return;
      }
    }
  }

  #answered(task: Task, rcode: number): void {
    const { log, counts } = this.#options;
    const state = rcode === RCODE_NOERROR ? "answered" : "refused";
    counts[state]++;
    if (state === "answered") log.info(describe(task), "secondary notified");
    else log.warn({ ...describe(task), rcode }, "secondary refuses NOTIFY");
    task.told.rcode = rcode;
    this.#end(task, state);
  }

  #end(task: Task, state: Told["state"]): void {
    this.#settle(task, state);
    this.#pump(task.lane);
  }

  #settle({ lane, news, told, cancelTimer }: Task, state: Told["state"]): void {
    told.state = state;
    told.at = this.#options.wallClock();
    cancelTimer();
    lane.underWay.delete(news.name);
  }

  #noteProblem(address: string, problem: string): void {
    for (const lane of this.#lanes.values()) {
      if (lane.target.address === address) lane.problem = problem;
    }
  }
}

function keyOf({ address, port, key }: NotifyTarget): string {
  return `${address} ${port} ${key}`;
}

function begin({ name, serial }: ZoneNews, target: NotifyTarget): Told {
  return { zone: name, target, serial, state: "pending", rcode: undefined, at: undefined };
}

function describe({ news, lane, tries }: Task): Record<string, unknown> {
  const { address, port } = lane.target;
  return { zone: news.name, serial: news.serial, secondary: address, port, tries };
}
