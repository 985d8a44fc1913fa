/**
 * What `steer()` writes into a trace: every pool and value with what kept or dropped it, and the reasons of the answer.
 */
import type { PoolPolicy, SteeredRRset } from "../zone/model.ts";
import type { Choice, Link } from "./pool-choice.ts";
import { isUnsettled, type ValueStanding, type ValueState } from "./pool-standing.ts";
import type { PoolTrace, RuleId, Step, Trace, ValueTrace } from "./trace.ts";

/** What a trace tells of an answer. */
interface Answer {
  readonly values: readonly { readonly weight: number; readonly text: string }[];
  readonly policy: PoolPolicy;
  readonly answers: number;
  readonly ttl: number;
}

interface Reason {
  readonly rule: RuleId;
  readonly reason: string;
}

/** Adds the pools in the order they are tried, and what happens when none is in service. */
export function traceChoice(
  trace: Trace,
  rrset: SteeredRRset,
  links: readonly Link[],
  choice: Choice | undefined,
): void {
  for (const [i, link] of links.entries()) {
    trace.pools.push(tracePool(rrset.type, link, choice, i < (choice?.tried ?? links.length)));
  }
  trace.steps.push(explainChoice(rrset, links, choice));
}

/** Adds the reasons for order, number of records and TTL. */
export function traceAnswer(
  trace: Trace,
  rrset: SteeredRRset,
  choice: Choice,
  answer: Answer,
): void {
  trace.steps.push(
    { topic: "order", rule: "A6", text: explainOrder(answer) },
    { topic: "answers", rule: "A8", text: explainAnswers(rrset, choice, answer) },
    { topic: "ttl", ...explainTtl(rrset, choice, answer, trace.pools) },
  );
}

function tracePool(
  type: number,
  link: Link,
  choice: Choice | undefined,
  tried: boolean,
): PoolTrace {
  return {
    name: link.pool.name,
    from: link.from,
    tried,
    inService: link.serving >= link.needed,
    answers: choice?.link === link,
    ...explainPool(type, link, choice, tried),
    values: link.values.map((standing) => traceValue(standing, link, choice, tried)),
  };
}

function explainPool(type: number, link: Link, choice: Choice | undefined, tried: boolean): Reason {
  if (!tried) return { rule: "A4", reason: `not tried: pool ${choice?.link?.pool.name} answers` };
  if (link.values.length === 0) {
    return { rule: "A1", reason: `skipped: it has no ${formatType(type)} value` };
  }
  if (link.enabled === 0) return { rule: "A7", reason: "none of its values is enabled" };
  const counts = `${link.serving} of ${count(link.enabled, "enabled value")} in service, ${link.needed} needed`;
  return { rule: "A4", reason: counts };
}

function traceValue(
  { value, state, lastError }: ValueStanding,
  link: Link,
  choice: Choice | undefined,
  tried: boolean,
): ValueTrace {
  const kept = choice?.link === link && choice.kept.includes(value);
  return {
    value: value.text,
    datacenter: value.datacenter,
    weight: value.weight,
    status: value.status,
    state,
    lastError,
    kept,
    ...withError(
      kept
        ? explainKept(state, value.weight)
        : explainDropped(state, value.weight, link, choice, tried),
      tried ? lastError : undefined,
    ),
  };
}

/** What a check said is the best part of a reason. */
function withError({ rule, reason }: Reason, lastError: string | undefined): Reason {
  return { rule, reason: lastError === undefined ? reason : `${reason}: ${lastError}` };
}

function explainKept(state: ValueState, weight: number): Reason {
  const last = weight === 0 ? "; weight 0, and no value with a higher weight is left" : "";
  const { rule, reason } = KEPT[state];
  return { rule: weight === 0 ? "A7" : rule, reason: reason + last };
}

const KEPT: Readonly<Record<ValueState, Reason>> = {
  up: { rule: "A4", reason: "passes its checks" },
  init: { rule: "B8", reason: "not checked yet, which counts as up" },
  unchecked: { rule: "A4", reason: "has no health check, always in service" },
  "forced-up": { rule: "A7", reason: "status up, whatever its checks say" },
  suspect: { rule: "B4", reason: "failing, but not often enough to be down" },
  blind: { rule: "B4", reason: "failing, but nothing proves that our own network works" },
  held: { rule: "B5", reason: "passes its checks; held back for flapping, but needed now" },
  down: { rule: "A5", reason: "down, answered as if healthy because no pool is in service" },
  disabled: { rule: "A7", reason: "status down" },
};

function explainDropped(
  state: ValueState,
  weight: number,
  link: Link,
  choice: Choice | undefined,
  tried: boolean,
): Reason {
  if (state === "disabled") return { rule: "A7", reason: "status down, never answered" };
  if (!tried) return { rule: "A4", reason: "its pool is not tried" };
  if (choice?.link === link && weight === 0 && choice.kept.some((value) => value.weight > 0)) {
    return { rule: "A7", reason: "weight 0, answered only when nothing else in the pool is left" };
  }
  if (state === "held") return { rule: "B5", reason: "passes its checks, held back for flapping" };
  if (state === "down") return { rule: "B4", reason: "fails its checks" };
  return { rule: "A4", reason: "could answer, but its pool is not in service" };
}

function explainChoice(
  rrset: SteeredRRset,
  links: readonly Link[],
  choice: Choice | undefined,
): Step {
  if (choice === undefined) {
    if (links.some((link) => link.values.length > 0)) {
      return {
        topic: "nodata",
        rule: "A7",
        text: "no value is enabled, and the record has no values of its own: NODATA",
      };
    }
    const type = formatType(rrset.type);
    return { topic: "nodata", rule: "A1", text: `no pool of the rule has a value of type ${type}` };
  }
  const { link, mode } = choice;
  if (link === undefined) {
    return {
      topic: "all-down",
      rule: "A5",
      text: "no pool of the rule is in service: the record's own values answer",
    };
  }
  const { name } = link.pool;
  if (mode === "all-down-open") {
    return {
      topic: "all-down",
      rule: "A5",
      text: `no pool of the rule is in service: the first one, ${name}, answers as if all its enabled values were healthy`,
    };
  }
  if (link.serving < link.needed) {
    return {
      topic: "held",
      rule: "B5",
      text: `no pool of the rule is in service, but with the values that are held back ${name} has the ${link.needed} it needs`,
    };
  }
  return { topic: "pool", rule: "A4", text: `${name} is the first pool in service` };
}

function explainOrder({ values, policy }: Answer): string {
  if (values.length === 1) return "one value, it leads every answer";
  if (policy === "failover") return "policy failover: the first in the written order leads";
  if (values.every(({ weight }) => weight === values[0]?.weight)) {
    return `policy rotate, equal weights: each of the ${values.length} leads in turn`;
  }
  const sum = values.reduce((total, { weight }) => total + weight, 0);
  const shares = values.map(({ text, weight }) => `${text} ${weight}/${sum}`).join(", ");
  return `policy rotate by weight: ${shares}`;
}

function explainAnswers(rrset: SteeredRRset, choice: Choice, answer: Answer): string {
  const { answers, values, policy } = answer;
  const head = `${count(answers, "record")} per answer`;
  const { answers: ofPool, name } = choice.link?.pool ?? {};
  if (formatType(rrset.type) === "CNAME") return `${head}: a name has only one CNAME`;
  const written = ofPool ?? rrset.answers;
  if (written !== undefined) {
    const where = ofPool === undefined ? "the record" : `pool ${name}`;
    const fewer = written > values.length ? `, no more than ${values.length} to give` : "";
    return `${head}: ${where} asks for ${written}${fewer}`;
  }
  if (policy !== "rotate") return `${head}: the default of policy ${policy}`;
  if (values.some(({ weight }) => weight !== values[0]?.weight)) {
    return `${head}: the default with unequal weights`;
  }
  return `${head}: the default is all values, at most 8`;
}

function explainTtl(
  rrset: SteeredRRset,
  choice: Choice,
  answer: Answer,
  pools: readonly PoolTrace[],
): { readonly rule: RuleId; readonly text: string } {
  if (choice.mode !== "normal") {
    return { rule: "A5", text: `${answer.ttl} s: the record's ttl_min, as no pool is in service` };
  }
  const unsettled = pools
    .filter(({ tried }) => tried)
    .flatMap(({ values }) => values.filter(({ state }) => isUnsettled(state)));
  if (unsettled.length === 0) {
    return {
      rule: "A13",
      text: `${answer.ttl} s: the record's ttl, every value looked at is well`,
    };
  }
  const named = unsettled.slice(0, 3).map(({ value, state }) => `${value} is ${state}`);
  const more = unsettled.length > 3 ? ` and ${unsettled.length - 3} more are not well` : "";
  const who = named.join(", ") + more;
  const text =
    answer.ttl < rrset.ttl
      ? `${answer.ttl} s: half of the record's ${rrset.ttl} s, at least 5, because ${who}`
      : `${answer.ttl} s: the record's ttl, too short to cut further although ${who}`;
  return { rule: "A13", text };
}

function formatType(type: number): string {
  return TYPES[type] ?? `TYPE${type}`;
}

const TYPES: Readonly<Record<number, string>> = { 1: "A", 5: "CNAME", 28: "AAAA" };

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
