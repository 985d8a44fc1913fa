import type { PoolTrace, Topic, ValueTrace } from "../steering/trace.ts";
import type { Explanation, Link } from "./explanation.ts";
import { renderTable } from "./render-table.ts";

/** The explanation as text for a terminal: the answer first, then the reasons, each with its id of docs/steering.md. */
export function renderExplanation(explanation: Explanation): string {
  const { name, type, client, resolver, status, scope, links } = explanation;
  const via = client.replace(/\/(32|128)$/, "") === resolver ? "" : ` through ${resolver}`;
  const head = `${name} ${type} for ${client}${via}: ${status}`;
  if (status === "REFUSED") return `${head}\n\n  no zone of this server holds the name\n`;
  const parts = [
    `${head}, ECS scope /${scope}\n  ${SOURCES[explanation.source]}\n`,
    renderTable(links.flatMap(listRows), "  ") + links.map(renderCut).join(""),
    ...links.flatMap(listAll).map(renderLink),
  ];
  return parts.join("\n");
}

const SOURCES: Readonly<Record<Explanation["source"], string>> = {
  files: "worked out from files: nothing is checked, values count as up unless assumed otherwise",
  server: "by the running server, with the states and overrides that it answers by now",
};

/** `--json`: the explanation with null for what is undefined. */
export function renderExplanationJson(explanation: Explanation): string {
  const orNull = (_: string, value: unknown): unknown => (value === undefined ? null : value);
  return `${JSON.stringify(explanation, orNull, 2)}\n`;
}

/** A row for each record, or for the lack of any. */
function listRows({ name, owner, kind, answer }: Link): string[][] {
  if (answer === undefined) {
    return [[name, ABSENCES[kind] ?? "has no data", "", "", ""]];
  }
  const { type, ttl, records, rotates } = answer;
  return records.map(({ data, share }, i) => [
    kind === "delegation" || kind === "redirected" ? (owner ?? name) : name,
    String(ttl),
    type,
    data,
    rotates ? `leads ${percent(share)}` : records.length > 1 && i === 0 ? "always leads" : "",
  ]);
}

/** A link, and those that an ALIAS leads through. */
function listAll(link: Link): Link[] {
  return [link, ...(link.through ?? []).flatMap(listAll)];
}

function renderCut({ answer }: Link): string {
  if (answer === undefined || answer.perAnswer >= answer.records.length) return "";
  return `  ${answer.perAnswer} of these ${answer.records.length} ${answer.type} records per answer\n`;
}

function renderLink({ name, zone, owner, kind, steering, note }: Link): string {
  const written = owner === undefined ? "" : `, written at ${owner}`;
  const what = steering === undefined || kind === "alias" ? WHAT[kind] : "steered";
  const head = `${name} in zone ${zone}: ${what}${written}\n`;
  const tail = note === undefined ? "" : `  ${note}\n`;
  if (steering === undefined) return head + tail;
  const before = steering.steps.filter(({ topic }) => BEFORE_POOLS.includes(topic));
  const after = steering.steps.filter(({ topic }) => !BEFORE_POOLS.includes(topic));
  const renderSteps = (steps: typeof before): string =>
    renderTable(
      steps.map(({ topic, rule, text }) => [
        LABELS[topic].padEnd(WIDEST_LABEL),
        `${text} [${rule}]`,
      ]),
      "  ",
    );
  return head + renderSteps(before) + renderPools(steering.pools) + renderSteps(after) + tail;
}

const ABSENCES: Readonly<Partial<Record<Link["kind"], string>>> = {
  nxdomain: "does not exist",
  servfail: "fails",
};

const WHAT: Readonly<Record<Link["kind"], string>> = {
  static: "static, the same for every client",
  steered: "steered",
  delegation: "below a zone cut",
  redirected: "below a DNAME",
  nodata: "no data",
  servfail: "fails",
  nxdomain: "no such name",
  alias: "ALIAS",
};

const BEFORE_POOLS: readonly Topic[] = ["client", "rule", "distance"];

const LABELS: Readonly<Record<Topic, string>> = {
  client: "client",
  rule: "rule",
  distance: "near",
  pool: "choice",
  held: "choice",
  "all-down": "choice",
  nodata: "choice",
  order: "order",
  answers: "answers",
  ttl: "TTL",
  hints: "hints",
  scope: "scope",
};
const WIDEST_LABEL = Math.max(...Object.values(LABELS).map((label) => label.length));

function renderPools(pools: readonly PoolTrace[]): string {
  const rows = pools.flatMap(({ values }) => values.map(renderValue));
  const lines = renderTable(rows, " ".repeat(WIDEST_LABEL + 6)).split("\n");
  let at = 0;
  return pools
    .map((pool) => {
      const values = lines.slice(at, at + pool.values.length);
      at += pool.values.length;
      return `${[renderPool(pool), ...values].join("\n")}\n`;
    })
    .join("");
}

function renderPool({ name, from, answers, rule, reason }: PoolTrace): string {
  const mark = answers ? ": answers" : "";
  const origin = from === "fallback" ? " (fallback)" : "";
  return `  ${"pool".padEnd(WIDEST_LABEL)}  ${name}${origin}${mark}; ${reason} [${rule}]`;
}

function renderValue(trace: ValueTrace): readonly string[] {
  const { value, datacenter, within, weight, effectiveWeight, state, kept, rule, reason } = trace;
  const effective = kept && effectiveWeight !== weight ? `, now ${round(effectiveWeight)}` : "";
  return [
    kept ? "kept" : "dropped",
    value,
    datacenter ?? "",
    within === undefined ? "" : `in ${within}`,
    `weight ${weight}${effective}`,
    state,
    `${reason} [${rule}]`,
  ];
}

function percent(share: number): string {
  return `${round(share * 100, 1)} %`;
}

function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
