import type { Labels, MetricFamily, MetricsSnapshot } from "../control/metric-family.ts";

/** Of the text exposition format of Prometheus. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes metrics in the Prometheus text exposition format 0.0.4. */
export function renderMetrics(snapshot: MetricsSnapshot): string {
  return snapshot.map(renderFamily).join("");
}

function renderFamily({ name, help, type, samples }: MetricFamily): string {
  const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  return samples.reduce(
    (text, { suffix = "", labels, value }) =>
      `${text}${name}${suffix}${renderLabels(labels)} ${renderValue(value)}\n`,
    head,
  );
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join()}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** Go's ParseFloat reads what JavaScript writes, but for the infinities. */
function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
