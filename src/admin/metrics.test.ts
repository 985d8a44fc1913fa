import { expect, it } from "vitest";
import { parseMetrics } from "../../test/support/prometheus.ts";
import { counter, gauge } from "../control/metric-family.ts";
import { renderMetrics } from "./metrics.ts";

it("renderMetrics() writes what a strict reader reads back", () => {
  const text = renderMetrics([
    gauge("rondo_a", "With a \\ and a\nnew line.", [
      { labels: { name: 'a"b\\c\nd{}', other: "ü" }, value: 1.5 },
      { labels: { name: "", other: "," }, value: Number.POSITIVE_INFINITY },
    ]),
    counter("rondo_b_total", "None.", []),
    counter("rondo_c_total", "One.", [{ labels: {}, value: 2 ** 53 }]),
    {
      name: "rondo_d_seconds",
      help: "Histogram.",
      type: "histogram",
      samples: [
        { suffix: "_bucket", labels: { le: "1" }, value: 1 },
        { suffix: "_bucket", labels: { le: "+Inf" }, value: 3 },
        { suffix: "_sum", labels: {}, value: 1e-7 },
        { suffix: "_count", labels: {}, value: 3 },
      ],
    },
  ]);
  expect(text).toContain("# HELP rondo_a With a \\\\ and a\\nnew line.\n# TYPE rondo_a gauge\n");
  const [a, b, c, d] = parseMetrics(text);
  expect(a!.series.map(({ labels, value }) => [Object.fromEntries(labels), value])).toEqual([
    [{ name: 'a"b\\c\nd{}', other: "ü" }, 1.5],
    [{ name: "", other: "," }, Number.POSITIVE_INFINITY],
  ]);
  expect(b!.series).toEqual([]);
  expect(c!.series).toEqual([{ name: "rondo_c_total", labels: new Map(), value: 2 ** 53 }]);
  expect(d!.series).toHaveLength(4);
  expect(d!.series[2]!.value).toBe(1e-7);
});
