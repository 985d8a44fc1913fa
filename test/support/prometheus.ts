/** A strict reader of the Prometheus text exposition format 0.0.4: what promtool would reject, it throws at. */

export interface Series {
  /** With the suffix of a histogram or summary. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/y;
const NUMBER = /^(?:[+-]Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/;

export function parseMetrics(text: string): Family[] {
  if (!text.endsWith("\n")) throw new SyntaxError("the last line has no end");
  const families = new Map<string, Family & { series: Series[] }>();
  let current: (Family & { series: Series[] }) | undefined;
  let help: [string, string] | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`).exec(line);
    if (comment?.[1] === "HELP") {
      help = [comment[2]!, comment[3]!];
    } else if (comment?.[1] === "TYPE") {
      const [, , name, type] = comment as unknown as [string, string, string, string];
      if (help?.[0] !== name) throw new SyntaxError(`no HELP before the TYPE of ${name}`);
      if (families.has(name)) throw new SyntaxError(`${name} comes twice`);
      if (!/^(counter|gauge|histogram|summary)$/.test(type)) throw new SyntaxError(type);
      current = { name, type, help: help[1], series: [] };
      families.set(name, current);
    } else {
      const one = parseSeries(line);
      if (current === undefined || !belongs(one.name, current)) {
        throw new SyntaxError(`${one.name} outside of its family`);
      }
      current.series.push(one);
    }
  }
  for (const family of families.values()) check(family);
  return [...families.values()];
}

/** A text that is the same for the same series. */
export function keyOfSeries({ name, labels }: Series): string {
  return `${name}{${[...labels].map(([label, value]) => `${label}=${JSON.stringify(value)}`).sort()}}`;
}

function parseSeries(line: string): Series {
  const name = new RegExp(`^${NAME}`).exec(line)?.[0];
  if (name === undefined) throw new SyntaxError(`neither comment nor series: ${line}`);
  const labels = new Map<string, string>();
  let at = name.length;
  if (line[at] === "{") {
    at++;
    for (;;) {
      LABEL.lastIndex = at;
      const match = LABEL.exec(line);
      if (match === null) throw new SyntaxError(`bad label in ${line}`);
      if (labels.has(match[1]!)) throw new SyntaxError(`label ${match[1]} twice in ${line}`);
      const value = match[2]!.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
      labels.set(match[1]!, value);
      at = LABEL.lastIndex;
      if (line[at] === "}") break;
      if (line[at++] !== ",") throw new SyntaxError(`bad end of a label in ${line}`);
    }
    at++;
  }
  if (line[at] !== " ") throw new SyntaxError(`no space before the value of ${line}`);
  const number = line.slice(at + 1);
  if (!NUMBER.test(number)) throw new SyntaxError(`bad value in ${line}`);
  return { name, labels, value: Number(number.replace("Inf", "Infinity")) };
}

function belongs(name: string, { name: family, type }: Family): boolean {
  if (type === "histogram") return new RegExp(`^${family}_(bucket|sum|count)$`).test(name);
  if (type === "summary") return new RegExp(`^${family}(_sum|_count)?$`).test(name);
  return name === family;
}

function check(family: Family): void {
  const { name, type, series } = family;
  const keys = new Set(series.map(keyOfSeries));
  if (keys.size !== series.length) throw new SyntaxError(`${name} has a series twice`);
  if (type === "counter" && !name.endsWith("_total")) throw new SyntaxError(`${name}: no _total`);
  if (type === "counter" && series.some(({ value }) => !(value >= 0))) {
    throw new SyntaxError(`${name} is below 0`);
  }
  const shapes = new Set(
    series.map(({ name: full, labels }) => `${full} ${[...labels.keys()].sort().join()}`),
  );
  if (type !== "histogram" && type !== "summary" && shapes.size > 1) {
    throw new SyntaxError(`${name} has different sets of labels`);
  }
  if (type === "histogram") checkHistogram(family);
}

function checkHistogram({ name, series }: Family): void {
  const groups = new Map<string, Series[]>();
  for (const one of series) {
    const key = [...one.labels].filter(([label]) => label !== "le").join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) =>
      Number(labels.get("le")!.replace("+Inf", "Infinity")),
    );
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new SyntaxError(`${name} without +Inf`);
    const isOrdered = bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!);
    const isCumulative = buckets.every(({ value }, i) => i === 0 || value >= buckets[i - 1]!.value);
    const count = group.find((one) => one.name === `${name}_count`)?.value;
    const sum = group.find((one) => one.name === `${name}_sum`);
    if (!isOrdered || !isCumulative || sum === undefined || count !== buckets.at(-1)!.value) {
      throw new SyntaxError(`${name} is no histogram`);
    }
  }
}
