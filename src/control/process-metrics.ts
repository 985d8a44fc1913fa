import { counter, gauge, type MetricFamily, single } from "./metric-family.ts";
import type { ProcessSample } from "./process-stats.ts";

/** The families that every process of the Prometheus world has, under their usual names. */
export function collectProcessMetrics(sample: ProcessSample): MetricFamily[] {
  const { openDescriptors, collections } = sample;
  return [
    counter(
      "process_cpu_seconds_total",
      "User and system CPU time of all threads.",
      single(sample.cpuSeconds),
    ),
    gauge("process_resident_memory_bytes", "Resident memory.", single(sample.residentOctets)),
    gauge(
      "process_start_time_seconds",
      "Start of the process in seconds since 1970.",
      single(sample.startedAt),
    ),
    gauge(
      "process_open_fds",
      "Open file descriptors; absent where the system does not tell.",
      openDescriptors === undefined ? [] : single(openDescriptors),
    ),
    gauge(
      "nodejs_eventloop_lag_p99_seconds",
      "How late timers ran on the control plane's thread, over the last ten seconds.",
      single(sample.lagP99Seconds),
    ),
    gauge(
      "nodejs_heap_size_used_bytes",
      "Heap in use on the control plane's thread.",
      single(sample.heapUsedOctets),
    ),
    gauge(
      "nodejs_heap_size_total_bytes",
      "Heap of the control plane's thread.",
      single(sample.heapTotalOctets),
    ),
    {
      name: "nodejs_gc_duration_seconds",
      help: "Garbage collections on the control plane's thread, by kind.",
      type: "summary",
      samples: [...collections].flatMap(([kind, { count, seconds }]) => [
        { suffix: "_sum" as const, labels: { kind }, value: seconds },
        { suffix: "_count" as const, labels: { kind }, value: count },
      ]),
    },
  ];
}
