/**
 * What `steer()` writes into a trace: every pool and value with what kept or dropped it, and the reasons of the answer.
 */
import { formatType, TYPE_CNAME } from "../wire/rr-types.ts";
import type { Pool, SteeredRRset } from "../zone/model.ts";
import type { Answer } from "./decision.ts";
import { formatCount } from "./format-count.ts";
import type { Choice, Link } from "./pool-choice.ts";
import type { Share } from "./pool-shares.ts";
import { isUnsettled } from "./pool-standing.ts";
import type { RuleId, Step, Trace } from "./trace.ts";
import { tracePool } from "./trace-pools.ts";

/** Adds the pools in the order they are tried, and what happens when none is in service. */
export function traceChoice(
  trace: Trace,
  rrset: SteeredRRset,
  links: readonly Link[],
  choice: Choice,
  shares: readonly Share[],
): void {
  for (const [i, link] of links.entries()) {
    trace.pools.push(tracePool(rrset.type, link, choice, i < choice.tried, shares));
  }
  trace.steps.push(explainChoice(rrset, links, choice));
}

/**
 * Adds the reasons for order, number of records and TTL.
 *
 * @param counted the pool whose `answers` counts, if that is a pool's
 */
export function traceAnswer(
  trace: Trace,
  rrset: SteeredRRset,
  links: readonly Link[],
  choice: Choice,
  answer: Answer,
  counted: Pool | undefined,
): void {
  trace.steps.push(
    { topic: "order", ...explainOrder(answer) },
    { topic: "answers", rule: "A8", text: explainAnswers(rrset, counted, answer) },
    { topic: "ttl", ...explainTtl(rrset, links, choice, answer) },
  );
}

function explainChoice(rrset: SteeredRRset, links: readonly Link[], choice: Choice): Step {
  const none = "no pool of the rule is in service";
  switch (choice.mode) {
    case "normal":
      return explainPoolInService(links, choice.link);
    case "nodata":
      return links.some((link) => link.values.length > 0)
        ? {
            topic: "nodata",
            rule: "A7",
            text: "no value is enabled, and the record has no values of its own: NODATA",
          }
        : {
            topic: "nodata",
            rule: "A1",
            text: `no pool of the rule has a value of type ${formatType(rrset.type)}`,
          };
    case "unresolved":
      return {
        topic: "nodata",
        rule: "A16",
        text: "no resolver has said yet what the target has: SERVFAIL",
      };
    case "last-resort": {
      const whose =
        choice.whose === undefined
          ? "the record's own values"
          : `the values of all_down of ${choice.whose.name}`;
      return { topic: "all-down", rule: "A5", text: `${none}: ${whose} answer` };
    }
    case "all-down-closed":
      return { topic: "all-down", rule: "A5", text: `${none}, all_down is closed: NODATA` };
    case "all-down-servfail":
      return { topic: "all-down", rule: "A5", text: `${none}, all_down is servfail: SERVFAIL` };
    case "all-down-last":
      return {
        topic: "all-down",
        rule: "A5",
        text: `${none}: the last healthy answer, of ${choice.link.pool.name}, is kept up`,
      };
    case "all-down-open":
      return {
        topic: "all-down",
        rule: "A5",
        text: `${none}: the first one, ${choice.link.pool.name}, answers as if all its enabled values were healthy`,
      };
  }
}

function explainPoolInService(links: readonly Link[], link: Link): Step {
  const { name } = link.pool;
  if (link.serving < link.needed) {
    return {
      topic: "held",
      rule: "B5",
      text: `no pool of the rule is in service, but with the values that are held back ${name} has the ${link.needed} it needs`,
    };
  }
  const before = links.slice(0, links.indexOf(link)).filter((each) => each.serving >= each.needed);
  if (before.length > 0) {
    const names = before.map(({ pool }) => pool.name).join(", ");
    return {
      topic: "pool",
      rule: "A11",
      text: `${name} is the first pool in service that is not held back, unlike ${names}`,
    };
  }
  if (link.heldBack !== undefined) {
    const why = link.isCurrent ? "these clients are with it already" : "there is no other";
    return {
      topic: "pool",
      rule: "A11",
      text: `${name} is the first pool in service; it would be held back, but ${why}`,
    };
  }
  return { topic: "pool", rule: "A4", text: `${name} is the first pool in service` };
}

function explainOrder({ values, policy, sticky, rotate }: Answer): { rule: RuleId; text: string } {
  if (values.length === 1) {
    const rule = policy === "nearest" ? "A10" : "A6";
    return { rule, text: "one value, it leads every answer" };
  }
  if (sticky !== undefined) {
    return {
      rule: "A9",
      text: `policy sticky: the client's prefix (/${sticky.prefix4}, /${sticky.prefix6}) decides who leads, ${formatShares(values)}`,
    };
  }
  if (policy === "failover") {
    return { rule: "A6", text: "policy failover: the first in the written order leads" };
  }
  const leading = values.filter(({ weight }) => weight > 0);
  if (policy === "nearest") {
    const who = rotate ? `${leading.length} are equally near and take turns` : "the nearest leads";
    return { rule: "A10", text: `policy nearest: ${who}, ${formatShares(leading)}` };
  }
  if (values.every(({ weight }) => weight === values[0]?.weight)) {
    return {
      rule: "A6",
      text: `policy rotate, equal weights: each of the ${values.length} leads in turn`,
    };
  }
  return { rule: "A6", text: `policy rotate by weight: ${formatShares(values)}` };
}

function formatShares(values: Answer["values"]): string {
  const sum = values.reduce((total, { weight }) => total + weight, 0);
  return values.map(({ text, weight }) => `${text} ${weight}/${sum}`).join(", ");
}

function explainAnswers(rrset: SteeredRRset, counted: Pool | undefined, answer: Answer): string {
  const { answers, values, policy } = answer;
  const head = `${formatCount(answers, "record")} per answer`;
  if (rrset.type === TYPE_CNAME) return `${head}: a name has only one CNAME`;
  const written = counted?.answers ?? rrset.answers;
  if (written !== undefined) {
    const where = counted === undefined ? "the record" : `pool ${counted.name}`;
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
  links: readonly Link[],
  choice: Choice,
  answer: Answer,
): { readonly rule: RuleId; readonly text: string } {
  if (choice.mode !== "normal") {
    const isOwn = choice.mode === "last-resort" && choice.values.ttl !== undefined;
    const whose = isOwn ? "the ttl of all_down" : "the record's ttl_min";
    return { rule: "A5", text: `${answer.ttl} s: ${whose}, as no pool is in service` };
  }
  const shortest = choice.link.values.find(({ value }) => value.ttl === answer.ttl);
  if (shortest !== undefined && answer.ttl < rrset.ttl) {
    return { rule: "A16", text: `${answer.ttl} s: what the resolver said of the target` };
  }
  const unsettled = links
    .slice(0, choice.tried)
    .flatMap(({ values }) => values.filter(({ state }) => isUnsettled(state)));
  if (unsettled.length === 0) {
    return {
      rule: "A13",
      text: `${answer.ttl} s: the record's ttl, every value looked at is well`,
    };
  }
  const named = unsettled.slice(0, 3).map(({ value, state }) => `${value.text} is ${state}`);
  const more = unsettled.length > 3 ? ` and ${unsettled.length - 3} more are not well` : "";
  const who = named.join(", ") + more;
  const text =
    answer.ttl < rrset.ttl
      ? `${answer.ttl} s: half of the record's ${rrset.ttl} s, at least 5, because ${who}`
      : `${answer.ttl} s: the record's ttl, too short to cut further although ${who}`;
  return { rule: "A13", text };
}
