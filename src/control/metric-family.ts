/** One metric with all its series: what Prometheus calls a family. */
export interface MetricFamily {
  /** Without the suffixes of histograms and summaries. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** `_bucket`, `_sum` and `_count` of a histogram or summary. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels: Labels;
  readonly value: number;
}

/** In the order they are written. Values come from zone files and from this program, never from a query. */
export type Labels = Readonly<Record<string, string>>;

export type MetricsSnapshot = readonly MetricFamily[];

export function counter(
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name, help, type: "counter", samples };
}

export function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: "gauge", samples };
}

/** The one series of a metric without labels. */
export function single(value: number): readonly MetricSample[] {
  return [{ labels: {}, value }];
}
