import { formatDuration, parseDuration } from "../config/duration.ts";
import { parseSelector } from "../control/selector.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { OverrideReport, PlacedReport } from "./api.ts";
import { describeOverride, toIso } from "./describe-override.ts";
import { fail } from "./failure.ts";
import { readJson } from "./read-json.ts";
import {
  LIFT_REQUEST,
  type LiftRequest,
  PLACE_REQUEST,
  type PlaceRequest,
} from "./request-schemas.ts";
import type { Route } from "./route.ts";
import { LIFTED, OVERRIDES, PLACED } from "./schemas.ts";

/** An override that outlasts a year has been forgotten. */
const LONGEST_MS = 366 * 86_400_000;

export const listOverridesRoute: Route = {
  method: "get",
  path: "/v1/overrides",
  right: "read",
  summary: "the overrides in force, in order: of those that match a value the last one wins",
  responses: { 200: { description: "the overrides", schema: OVERRIDES } },
  handle: ({ services }) => Response.json({ overrides: services.overrides() }),
};

export const placeRoute: Route = {
  method: "post",
  path: "/v1/overrides",
  right: "write",
  summary: "drain values, or force them up or down",
  request: PLACE_REQUEST,
  responses: { 200: { description: "it is in force", schema: PLACED } },
  errors: [400, 404, 409],
  async handle({ request, services, log, source }) {
    const wish = await readJson<PlaceRequest>(request, PLACE_REQUEST);
    if (wish instanceof Response) return wish;
    const selector = parseSelector(wish.selector);
    if (typeof selector === "string") return fail("bad-request", selector);
    const forMs = wish.for === undefined ? undefined : parseDuration(wish.for);
    if (wish.for !== undefined && (forMs === undefined || forMs <= 0 || forMs > LONGEST_MS)) {
      const most = formatDuration(LONGEST_MS);
      return fail("bad-request", `for: a time like 90s, 30m, 2h or 1d, at most ${most}`);
    }
    const { action, reason, force = false } = wish;
    const by = wish.by ?? source;
    const before = services.overrides();
    const placed = await services.place({ action, selector, by, reason, forMs }, force);
    const audit = { audit: true, action, selector: selector.text, by, source, force };
    switch (placed.kind) {
      case "no-match":
        return fail("no-match", explainNoMatch(selector.text));
      case "refused":
        log.warn({ ...audit, reasons: placed.reasons }, "admin: override refused");
        return fail("refused", "a guard is against it", { reasons: placed.reasons });
      case "placed":
        log.info(
          { ...audit, ...summarize(before, services.overrides()) },
          "admin: override in force",
        );
        return Response.json({
          override: describeOverride(placed.override, placed.matches.length),
          values: placed.matches.map(({ zone, pool, value }) => ({
            zone: formatName(zone.apex),
            pool: pool.name,
            value: value.text,
          })),
          safeToStopAt: placed.safeToStopAt === undefined ? null : toIso(placed.safeToStopAt),
          stillAnswered: placed.stillAnswered,
          plainRecords: placed.plainRecords.map(({ owner, type, ttl, rdata }) => ({
            name: owner,
            type: formatType(type),
            value: formatRdata(type, rdata),
            ttl,
          })),
          saved: placed.isSaved,
        } satisfies PlacedReport);
    }
  },
};

export const liftRoute: Route = {
  method: "delete",
  path: "/v1/overrides",
  right: "write",
  summary:
    "remove overrides: those of this id or selector, and those of nothing but values it means",
  request: LIFT_REQUEST,
  responses: { 200: { description: "they are gone", schema: LIFTED } },
  errors: [400, 404],
  async handle({ request, services, log, source }) {
    const wish = await readJson<LiftRequest>(request, LIFT_REQUEST);
    if (wish instanceof Response) return wish;
    const selector = parseSelector(wish.selector);
    if (typeof selector === "string") return fail("bad-request", selector);
    const before = services.overrides();
    const { removed, isSaved } = await services.lift(selector);
    if (removed.length === 0) {
      return fail(
        "no-match",
        `no override is for ${selector.text}, or for nothing but what it means`,
      );
    }
    log.info(
      {
        audit: true,
        action: "undrain",
        selector: selector.text,
        by: wish.by ?? source,
        source,
        ...summarize(before, services.overrides()),
      },
      "admin: overrides removed",
    );
    const known = new Map(before.map((one) => [one.id, one]));
    return Response.json({
      removed: removed.map((one) => known.get(one.id) ?? describeOverride(one, 0)),
      saved: isSaved,
    });
  },
};

function summarize(
  before: readonly OverrideReport[],
  after: readonly OverrideReport[],
): { readonly before: readonly string[]; readonly after: readonly string[] } {
  const short = ({ action, selector }: OverrideReport): string => `${action} ${selector}`;
  return { before: before.map(short), after: after.map(short) };
}

/** Names of pools and datacenters are easily written like values. */
function explainNoMatch(text: string): string {
  const message = `${text} matches no value of any pool`;
  return /^[\w-]+$/.test(text)
    ? `${message}; a pool is written pool=${text}, a datacenter dc=${text}`
    : message;
}
