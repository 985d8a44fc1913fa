import { readdirSync } from "node:fs";
import {
  constants,
  type PerformanceEntry as Entry,
  monitorEventLoopDelay,
  PerformanceObserver,
} from "node:perf_hooks";

/** The process at one moment; event loop, heap and collector are those of the control plane's thread. */
export interface ProcessSample {
  readonly cpuSeconds: number;
  readonly residentOctets: number;
  readonly heapUsedOctets: number;
  readonly heapTotalOctets: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** Undefined where the system does not tell. */
  readonly openDescriptors: number | undefined;
  /** How late timers ran: the 99th percentile over the last ten seconds. */
  readonly lagP99Seconds: number;
  /** By kind of collection. */
  readonly collections: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>;
}

const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;

const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"],
]);

/** Watches this process from now on. */
export class ProcessStats {
  readonly #startedAt = Date.now() / 1000 - process.uptime();
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #collections = new Map<string, { count: number; seconds: number }>(
    [...KINDS.values()].map((kind) => [kind, { count: 0, seconds: 0 }]),
  );
  readonly #observer: PerformanceObserver;
  readonly #windows: NodeJS.Timeout;
  #lagP99Seconds = 0;

  constructor() {
    this.#delay.enable();
    this.#windows = setInterval(() => this.#closeWindow(), WINDOW_MS).unref();
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const counts = this.#collections.get(KINDS.get(kindOf(entry)) ?? "");
        if (counts === undefined) continue;
        counts.count++;
        counts.seconds += entry.duration / 1000;
      }
    });
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  sample(): ProcessSample {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    return {
      cpuSeconds: (user + system) / 1e6,
      residentOctets: rss,
      heapUsedOctets: heapUsed,
      heapTotalOctets: heapTotal,
      startedAt: this.#startedAt,
      openDescriptors: countDescriptors(),
      lagP99Seconds: this.#lagP99Seconds,
      collections: this.#collections,
    };
  }

  close(): void {
    clearInterval(this.#windows);
    this.#observer.disconnect();
    this.#delay.disable();
  }

  #closeWindow(): void {
    // What is measured holds the time between two looks as well.
    this.#lagP99Seconds = Math.max(0, this.#delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000);
    this.#delay.reset();
  }
}

/** The types of Node's API do not know what a collection is told with. */
function kindOf(entry: Entry): number {
  const { detail } = entry as Entry & { readonly detail?: { readonly kind?: number } };
  return detail?.kind ?? -1;
}

function countDescriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}
