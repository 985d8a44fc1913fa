/**
 * What `steer()` writes into a trace of pools and values: what kept or dropped each.
 */
import { formatType } from "../wire/rr-types.ts";
import { formatCount } from "./format-count.ts";
import type { Choice, Link } from "./pool-choice.ts";
import type { Share } from "./pool-shares.ts";
import type { ValueStanding, ValueState } from "./pool-standing.ts";
import type { PoolTrace, RuleId, ValueTrace } from "./trace.ts";

interface Reason {
  readonly rule: RuleId;
  readonly reason: string;
}

/** Everything there is to be said of a pool. */
export function tracePool(
  type: number,
  link: Link,
  choice: Choice,
  tried: boolean,
  shares: readonly Share[],
): PoolTrace {
  const answers = choice.link === link;
  return {
    name: link.pool.name,
    from: link.from,
    tried,
    inService: link.serving >= link.needed,
    answers,
    ...explainPool(type, link, choice, tried),
    values: link.values.map((standing) => {
      const share = answers ? shares.find((each) => each.standing === standing) : undefined;
      return traceValue(standing, link, choice, tried, share);
    }),
  };
}

function explainPool(type: number, link: Link, choice: Choice, tried: boolean): Reason {
  if (!tried) return { rule: "A4", reason: `not tried: pool ${choice.link?.pool.name} answers` };
  if (link.values.length === 0) {
    return { rule: "A1", reason: `skipped: it has no ${formatType(type)} value` };
  }
  if (link.enabled === 0) {
    const isDrained = link.values.some(({ override }) => override !== undefined);
    return { rule: isDrained ? "A14" : "A7", reason: "none of its values is enabled" };
  }
  const counts = `${link.serving} of ${formatCount(link.enabled, "enabled value")} in service, ${link.needed} needed`;
  if (link.heldBack !== undefined && link.serving >= link.needed && choice.link !== link) {
    const until =
      link.heldBack === "manual"
        ? "until an operator says failback"
        : "until it has been in service for failback.delay";
    return { rule: "A11", reason: `${counts}; it was left, and is held back ${until}` };
  }
  return { rule: "A4", reason: counts };
}

function traceValue(
  standing: ValueStanding,
  link: Link,
  choice: Choice,
  tried: boolean,
  share: Share | undefined,
): ValueTrace {
  const { value, state, lastError, pool } = standing;
  return {
    value: value.text,
    datacenter: value.datacenter,
    within: pool === link.pool ? undefined : pool.name,
    weight: value.weight,
    effectiveWeight: share?.effective ?? 0,
    status: value.status,
    state,
    lastError,
    kept: share !== undefined,
    ...withError(
      share === undefined
        ? explainDropped(standing, link, choice, tried)
        : explainKept(standing, choice.mode),
      tried ? lastError : undefined,
    ),
  };
}

/** What a check said is the best part of a reason. */
function withError({ rule, reason }: Reason, lastError: string | undefined): Reason {
  return { rule, reason: lastError === undefined ? reason : `${reason}: ${lastError}` };
}

function explainKept(standing: ValueStanding, mode: Choice["mode"]): Reason {
  const { state, weight, share } = standing;
  const { rule, reason } =
    mode === "all-down-last" ? LAST : (explainOverride(standing) ?? KEPT[state]);
  if (weight === 0) {
    return { rule: "A7", reason: `${reason}; weight 0, and no value with a higher weight is left` };
  }
  if (share === 1) return { rule, reason };
  const percent = Math.round(share * 100);
  return { rule: "A11", reason: `${reason}; slow start, at ${percent} % of its weight` };
}

const LAST: Reason = { rule: "A5", reason: "was part of the last healthy answer" };

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
  drained: { rule: "A14", reason: "drained" },
  "forced-down": { rule: "A14", reason: "forced down" },
};

function explainDropped(
  standing: ValueStanding,
  link: Link,
  choice: Choice,
  tried: boolean,
): Reason {
  const { state, weight } = standing;
  if (state === "drained" || state === "forced-down") return explainOverride(standing)!;
  if (state === "disabled") return { rule: "A7", reason: "status down, never answered" };
  if (!tried) return { rule: "A4", reason: "its pool is not tried" };
  if (choice.link !== link && link.heldBack !== undefined && link.serving >= link.needed) {
    return { rule: "A11", reason: "could answer, but its pool is held back" };
  }
  if (state === "held") return { rule: "B5", reason: "passes its checks, held back for flapping" };
  if (state === "down") return { rule: "B4", reason: "fails its checks" };
  if (choice.link !== link) {
    return { rule: "A4", reason: "could answer, but its pool is not in service" };
  }
  if (weight === 0) {
    return { rule: "A7", reason: "weight 0, answered only when nothing else in the pool is left" };
  }
  if (link.pool.policy === "nearest") {
    return { rule: "A10", reason: "could answer, but others are nearer to the client" };
  }
  return { rule: "A6", reason: "could answer, but others of its pool come first" };
}

function explainOverride({ override, state }: ValueStanding): Reason | undefined {
  if (override === undefined) return undefined;
  const what =
    state === "drained" ? "drained" : state === "forced-down" ? "forced down" : "forced up";
  const why = override.reason === undefined ? "" : ` (${override.reason})`;
  const never = state === "forced-up" ? ", whatever its checks say" : ", never answered";
  return { rule: "A14", reason: `${what} by ${override.by}${why}${never}` };
}
