import { randomInt } from "node:crypto";
import type { Clock } from "./clock/clock.ts";
import type { Closers } from "./closers.ts";
import type { ControlMessages } from "./control-messages.ts";
import { ExpiryTable } from "./image/expiry-table.ts";
import type { PreparedZone } from "./loader/prepare-zone.ts";
import { createWorkerPool } from "./loader/worker-pool.ts";
import type { Log } from "./log/log.ts";
import type { BuildJob, BuildResult } from "./secondary/build-job.ts";
import { createPrimaryClient } from "./secondary/fetch-zone.ts";
import { createNotifyDesk } from "./secondary/notify-desk.ts";
import { PRIMARY_LIMITS } from "./secondary/primary-client.ts";
import { Secondaries } from "./secondary/secondaries.ts";
import type { Keyring } from "./tsig/keyring.ts";

export interface OpenSecondariesOptions {
  readonly stateDirectory: string;
  readonly keyring: Keyring;
  /** Of the threads that answer: see expiry-table.ts. */
  readonly expiries: SharedArrayBuffer;
  /** Takes a zone into service, in place of what was served of it. */
  readonly serve: (prepared: PreparedZone) => void;
  readonly messages: ControlMessages;
  readonly clock: Clock;
  readonly log: Log;
  readonly closers: Closers;
}

const WORKERS = 2;
const IDLE_MS = 10_000;
/** For what is made on the way: the records themselves are kept in memory of their own. */
const WORKER_HEAP_MB = 512;
/** Millions of records on a busy machine. */
const DEADLINE_MS = 600_000;

/** Looks after secondary zones, and listens to what primaries say of them, until the server is closed. */
export function openSecondaries(options: OpenSecondariesOptions): Secondaries {
  const { keyring, clock, log, closers } = options;
  const wallSeconds = (): number => Math.floor(Date.now() / 1000);
  const pool = createWorkerPool<BuildJob, BuildResult>({
    module: new URL("./secondary/build-worker.js", import.meta.url),
    // Its jobs say so themselves.
    isBackground: false,
    size: WORKERS,
    idleMs: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  });
  const secondaries = new Secondaries({
    stateDirectory: options.stateDirectory,
    client: createPrimaryClient({
      clock,
      limits: PRIMARY_LIMITS,
      keyring,
      wallSeconds,
      makeId: () => randomInt(0x10000),
    }),
    expiries: new ExpiryTable(options.expiries),
    build: (job) => pool.run(job, DEADLINE_MS),
    serve: options.serve,
    clock,
    wallSeconds,
    random: Math.random,
    log,
  });
  options.messages.add(
    createNotifyDesk({ find: (name) => secondaries.find(name), keyring, wallSeconds, log }),
  );
  closers.add(() => Promise.all([secondaries.close(), pool.close()]));
  return secondaries;
}
