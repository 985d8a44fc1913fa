import { dirname, join } from "node:path";
import type { StateReport } from "../admin/api.ts";
import { hasErrors, type Issue, renderIssues } from "../config/issue.ts";
import { compareZones } from "../control/compare-zones.ts";
import { combineDatabases } from "../geo/combine-databases.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { type PreparedZone, prepareAgain, usesGeo } from "../loader/prepare-zone.ts";
import { readZones } from "../loader/read-zones.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { callServer, explainUnreachable } from "./call-server.ts";
import type { Output } from "./command.ts";
import type { DiffOptions } from "./diff.ts";
import { EXIT } from "./exit-codes.ts";
import { readSettings } from "./read-settings.ts";
import { type Readers, readWorld } from "./read-world.ts";
import { rebuildWorld } from "./rebuild-world.ts";
import { renderDiff } from "./render-diff.ts";
import { restoreSecondaries } from "./restore-secondaries.ts";

/** Compares two sets of zone files by the answers they give and prints what differs. */
export async function runDiff(
  options: DiffOptions,
  output: Output,
  readers?: Readers,
): Promise<number> {
  const { config, from, json, server } = options;
  let state: StateReport | undefined;
  if (from === undefined) {
    const reply = await callServer<StateReport>(server, "GET", "/v1/state");
    if (reply.kind === "done") state = reply.body;
    else {
      const reason = reply.kind === "error" ? reply.error.message : reply.reason;
      output.err(explainUnreachable("diff", server, reason));
      if (server.isNamed) return EXIT.unavailable;
      output.err("All values count as healthy.\n");
    }
  }
  const path = from ?? findCopies(options, state);
  const withoutGeo = { table: combineDatabases([]), version: 0 };
  const before = await readZones(
    { kind: "folder", path },
    withoutGeo,
    readers?.workerModule,
    false,
    true,
    undefined,
    from === undefined,
  );
  if (failsOn(before.issues, output)) {
    if (from === undefined) output.err(`rondo diff: ${path} should hold what is served\n`);
    return EXIT.failed;
  }
  const serials = new Map(before.zones.map(({ name, prepared }) => [name, prepared.zone.serial]));
  const selection = {
    config,
    zones: options.zones,
    files: [],
    serialOf: serials.get.bind(serials),
  };
  const after = await readWorld(selection, readers);
  const { geo } = after;
  if (failsOn(after.issues, output) || geo === undefined) return EXIT.failed;

  const old = before.zones.map((zone) => locate(zone, geo));
  const world = rebuildWorld(old, state);
  const next = after.zones.map((zone) => locate(zone, geo));
  if (from === undefined) restoreSecondaries(old, next, dirname(path), state);
  const changes = compareZones({ zones: old, world }, { zones: next, world });
  output.out(json ? `${JSON.stringify({ zones: changes }, undefined, 2)}\n` : renderDiff(changes));
  return changes.length === 0 ? EXIT.ok : EXIT.differs;
}

/** Where the server keeps the files that it serves; it knows best itself. */
function findCopies({ config, state }: DiffOptions, served: StateReport | undefined): string {
  const folder = state ?? served?.stateDirectory ?? readSettings(config).settings?.state ?? "";
  return join(folder, "zones");
}

function failsOn(issues: readonly Issue[], output: Output): boolean {
  output.err(renderIssues(issues.filter(({ severity }) => severity === "error")));
  return hasErrors(issues);
}

function locate({ prepared }: LoadedZone, geo: GeoTable): PreparedZone {
  return usesGeo(prepared.zone) ? prepareAgain(prepared, geo, 1) : prepared;
}
