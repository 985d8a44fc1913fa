import { formatName, lowerName, parseName } from "../wire/name.ts";
import { fail } from "./failure.ts";
import { readJson } from "./read-json.ts";
import { RELOAD_REQUEST, type ReloadRequest } from "./request-schemas.ts";
import type { Route } from "./route.ts";
import { RELOADED } from "./schemas.ts";

export const reloadRoute: Route = {
  method: "post",
  path: "/v1/reload",
  right: "write",
  summary:
    "read all zone files again, remove zones without one if asked, and wait until all is in force",
  request: RELOAD_REQUEST,
  responses: {
    200: {
      description:
        "what changed, and what was removed; zones with problems are served as they were",
      schema: RELOADED,
    },
  },
  errors: [400],
  async handle({ request, services, log, source }) {
    const wish = await readJson<ReloadRequest>(request, RELOAD_REQUEST);
    if (wish instanceof Response) return wish;
    const parsed = (wish.remove ?? []).map((zone) => parseName(zone));
    const reasons = parsed.flatMap((one) => (one.ok ? [] : [`remove: ${one.error}`]));
    if (reasons.length > 0) return fail("bad-request", reasons.join("; "), { reasons });
    const remove = parsed.flatMap((one) => (one.ok ? [formatName(lowerName(one.name))] : []));
    const serials = (): Record<string, number> => Object.fromEntries(services.serials());
    const before = serials();
    const report = await services.reload({ force: wish.force ?? false, remove });
    const after = serials();
    const changed = [...report.changed.map(({ zone }) => zone), ...report.removed];
    log.info(
      {
        audit: true,
        action: "reload",
        by: wish.by ?? source,
        source,
        before: pick(before, changed),
        after: pick(after, changed),
        kept: report.kept.map(({ zone }) => zone),
        problems: report.problems.length,
      },
      "admin: files read again",
    );
    return Response.json(report);
  },
};

function pick(serials: Record<string, number>, zones: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    zones.flatMap((zone) => (zone in serials ? [[zone, serials[zone]!]] : [])),
  );
}
