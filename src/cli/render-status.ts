import type {
  NameReport,
  NestedReport,
  OverrideReport,
  PoolReport,
  StateReport,
  TroubleReport,
  ValueReport,
  ZoneReport,
} from "../admin/api.ts";
import { formatAge, formatClock } from "./format-clock.ts";
import { renderPeers } from "./render-peers.ts";
import { renderSecondary } from "./render-secondary.ts";
import { renderTable } from "./render-table.ts";

const CERTIFICATE_SOON_MS = 14 * 86_400_000;

/** The state of a server as text for a terminal. */
export function renderStatus(state: StateReport): string {
  const { version, pid, startedAt, now, ready, blind, zones, overrides, peers, problems } = state;
  const up = formatAge(Date.parse(now) - Date.parse(startedAt));
  const head = `rondo ${version}, pid ${pid}, up ${up}${ready ? "" : ", not ready: the first round of checks is not over"}\n`;
  const parts = [head];
  if (blind) parts.push("BLIND: checks fail and nothing proves that our own network works\n");
  parts.push(renderCertificate(state), renderCopyProblem(state));
  for (const zone of zones) parts.push(`\n${renderZone(zone, state)}`);
  if (overrides.length > 0) parts.push(`\noverrides\n${renderOverrides(overrides)}`);
  if (peers.length > 0) parts.push(`\nsecondaries\n${renderPeers(peers, now)}`);
  if (problems.length > 0) parts.push(`\nproblems\n${problems.map(({ text }) => text).join("")}`);
  return parts.join("");
}

/** Nothing while it is good for longer than a renewal may take. */
function renderCertificate({ certificate, now }: StateReport): string {
  if (certificate === null) return "";
  const { names, expires } = certificate;
  const leftMs = Date.parse(expires) - Date.parse(now);
  if (leftMs > CERTIFICATE_SOON_MS) return "";
  return leftMs <= 0
    ? `CERTIFICATE of ${names} EXPIRED ${formatAge(-leftMs)} ago\n`
    : `certificate of ${names} expires in ${formatAge(leftMs)}\n`;
}

function renderCopyProblem({ copyProblem, stateDirectory }: StateReport): string {
  return copyProblem === null
    ? ""
    : `NO COPIES of zone files in ${stateDirectory}: ${copyProblem}; a bad file at the next start would have no stand-in\n`;
}

function renderZone(zone: ZoneReport, state: StateReport): string {
  const { name, serial, records, origin, file, names, pools, secondary } = zone;
  const from = origin === "copy" ? `the last good copy, because ${file} is bad` : file;
  const lines = [`zone ${name} serial ${serial}, ${records} records, from ${from}\n`];
  if (secondary !== null) lines.push(renderSecondary(secondary, state.now));
  for (const pool of pools) {
    lines.push(renderPool(pool, state.now));
    const rows = [
      ...pool.nested.map(renderNested),
      ...pool.values.map((value) => renderValue(value, state)),
    ];
    lines.push(renderTable(rows, "    "));
  }
  return [...lines, ...names.map(renderName)].join("");
}

function renderPool(pool: PoolReport, now: string): string {
  const { name, policy, inService, total, nested } = pool;
  const inner = [...new Set(nested.map((one) => one.pool))];
  const parts = [
    `${inService} of ${total} in service`,
    ...(inner.length === 0 ? [] : [`through ${inner.join(", ")}`]),
    ...(pool.heldBack === null ? [] : [`HELD BACK ${describeWait(pool, now)}`]),
  ];
  return `  pool ${name} (${policy}): ${parts.join(", ")}\n`;
}

/** In service, but clients who were answered elsewhere meanwhile stay there. */
function describeWait({ name, heldBack, heldBackUntil }: PoolReport, now: string): string {
  if (heldBack === "manual") return `until: rondo failback ${name}`;
  const left = heldBackUntil === null ? 0 : Date.parse(heldBackUntil) - Date.parse(now);
  return `for another ${formatAge(left + 999)}`;
}

function renderNested({ pool, weight, state, inService, total }: NestedReport): readonly string[] {
  return [
    `pool ${pool}`,
    "",
    `weight ${weight}`,
    state === "down" ? "DOWN" : state,
    `${inService} of ${total}`,
  ];
}

/** Names that all is well with and nobody has asked for are not listed: there may be thousands. */
function renderName(name: NameReport): string {
  const { answers, shares } = name;
  const trouble = describeTrouble(name);
  if (answers === 0 && trouble === undefined) return "";
  const count = `${answers} ${answers === 1 ? "answer" : "answers"}`;
  const head = [count, trouble].filter((part) => part !== undefined).join("; ");
  const rows = shares
    .filter(({ share, configured }) => share > 0 || configured > 0)
    .map(({ value, pool, share, configured }) => [
      value,
      pool === null ? "" : `pool ${pool}`,
      `led ${percent(share)}`,
      `weights ask for ${percent(configured)}`,
    ]);
  return `  name ${name.name} ${name.type}: ${head}\n${renderTable(rows, "    ")}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function describeTrouble({ troubles }: NameReport): string | undefined {
  if (troubles.length === 0) return undefined;
  return troubles
    .map(({ mode, rules, reason }) => {
      const plural = rules.length === 1 ? "" : "s";
      const whom =
        rules.length === 0 ? "" : ` (for the clients of rule${plural} ${rules.join(", ")})`;
      return `${TROUBLES[mode]}: ${reason}${whom}`;
    })
    .join("; ");
}

const TROUBLES: Readonly<Record<TroubleReport["mode"], string>> = {
  "all-down-open": "FAILING OPEN",
  "all-down-last": "FAILING OPEN",
  "last-resort": "LAST RESORT",
  "all-down-closed": "CLOSED",
  "all-down-servfail": "SERVFAIL",
  nodata: "NO DATA",
  unresolved: "UNRESOLVED",
};

function renderValue(value: ValueReport, { now, overrides }: StateReport): readonly string[] {
  const { state, since, nextChange, lastError } = value;
  const override = overrides.find(({ id }) => id === value.override);
  const age = since === null ? "" : `for ${formatAge(Date.parse(now) - Date.parse(since))}`;
  return [
    value.value,
    value.datacenter ?? "",
    describeWeight(value),
    state === "down" ? "DOWN" : state,
    age,
    describeNext(state, nextChange, now),
    override === undefined ? (lastError ?? "") : describeOverride(override),
  ];
}

/** Less while it starts slowly. */
function describeWeight({ weight, effectiveWeight }: ValueReport): string {
  const now = Math.round(effectiveWeight * 100) / 100;
  return now === weight ? `weight ${weight}` : `weight ${weight}, now ${now}`;
}

function describeNext(state: ValueReport["state"], nextChange: string | null, now: string): string {
  // What is well can go down at any time: that is no news.
  if (nextChange === null || state === "up" || state === "init") return "";
  const left = Date.parse(nextChange) - Date.parse(now);
  return left <= 0 ? "may change now" : `may change in ${formatAge(left + 999)}`;
}

function describeOverride({ by, reason }: OverrideReport): string {
  return reason === null ? `by ${by}` : `by ${by}: ${reason}`;
}

function renderOverrides(overrides: readonly OverrideReport[]): string {
  return renderTable(
    overrides.map(({ id, action, selector, by, reason, since, until, matches }) => [
      id,
      action === "drain" ? action : `force ${action}`,
      selector,
      `${matches} ${matches === 1 ? "value" : "values"}`,
      `by ${by}`,
      `since ${formatClock(since)}`,
      until === null ? "" : `until ${formatClock(until)}`,
      reason ?? "",
    ]),
    "  ",
  );
}
