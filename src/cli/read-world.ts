/**
 * What the commands that work from files read: settings, geo data and zones, with everything that is wrong with them.
 */
import { createFileIssue, hasErrors, type Issue } from "../config/issue.ts";
import { PACKAGED_DATABASES } from "../config/server/geo-section.ts";
import type { NamedFile } from "../config/server/named-files.ts";
import type { ServerSettings, ZoneSource } from "../config/server-file.ts";
import type { GeoBuild } from "../geo/build-geo-table.ts";
import { combineDatabases } from "../geo/combine-databases.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { readZones } from "../loader/read-zones.ts";
import type { LoadedZone } from "../loader/resolve-zones.ts";
import { checkAliasTargets } from "./check-alias-targets.ts";
import { checkDanglingLinks } from "./check-dangling-links.ts";
import { checkHiddenRecords } from "./check-hidden-records.ts";
import { checkKeyNames } from "./check-key-names.ts";
import { readSettings } from "./read-settings.ts";

export interface FileSelection {
  /** The server file. */
  readonly config: string | undefined;
  /** A zones folder instead of the server file's zones. */
  readonly zones: string | undefined;
  /** Zone files instead of any folder; may be empty. */
  readonly files: readonly string[];
  /** The serial that a zone is served with; automatic ones go on from there. */
  readonly serialOf?: (zone: string) => number | undefined;
  /** Why a file that a start needs cannot be used, if it cannot; without it nobody looks. */
  readonly findProblem?: (file: NamedFile) => string | undefined;
}

const FROM_FILES: Readers = {
  loadGeo: async (settings) => (await import("../geo/load-geo.ts")).loadGeo(settings),
  workerModule: undefined,
};

export interface FileWorld {
  readonly zones: readonly LoadedZone[];
  readonly geo: GeoTable | undefined;
  readonly issues: readonly Issue[];
}

/** How the slow parts are read: other than by default in tests, which have no built threads beside them. */
export interface Readers {
  loadGeo(settings: ServerSettings["geo"]): Promise<GeoBuild>;
  /** The built load worker. */
  readonly workerModule: URL | undefined;
}

/** Reads the files of the selection. A server file that is bad ends it: who knows which zones it means. */
export async function readWorld(
  selection: FileSelection,
  readers: Readers = FROM_FILES,
): Promise<FileWorld> {
  const { settings, issues } = readSettings(selection.config, selection.findProblem);
  if (settings === undefined || hasErrors(issues)) return { zones: [], geo: undefined, issues };
  const source = findSource(selection, settings);
  // What the loader would lay the geo data over is of no use here: without any it is done sooner.
  const without = { table: combineDatabases([]), version: 0 };
  const [geo, report] = await Promise.all([
    readers.loadGeo(settings.geo),
    readZones(
      source,
      without,
      readers.workerModule,
      settings.health.references.length > 0,
      // The packaged ones know none.
      settings.geo.databases.some((name) => !PACKAGED_DATABASES.includes(name)),
      selection.serialOf,
    ),
  ]);
  const config = selection.config ?? "rondo.yaml";
  const geoIssues = geo.problems.map((problem) => createFileIssue(config, "warning", problem));
  const aliasIssues = settings.resolver.length > 0 ? [] : checkAliasTargets(report.zones);
  // Without a server file nobody can say which keys there will be.
  const keyIssues =
    selection.config === undefined ? [] : checkKeyNames(report.zones, settings.keys);
  const links = source.kind === "folder" ? checkDanglingLinks(source.path) : [];
  const all = [
    ...issues,
    ...geoIssues,
    ...links,
    ...report.issues,
    ...aliasIssues,
    ...keyIssues,
    ...checkHiddenRecords(report.zones),
  ];
  if (report.zones.length === 0 && !hasErrors(all) && source.kind === "folder") {
    const message = "No zone files in this folder: names end with .yaml, .yml or .zone";
    all.push(createFileIssue(source.path, "warning", message));
  }
  return { zones: report.zones, geo: geo.table, issues: all };
}

function findSource({ zones, files }: FileSelection, settings: ServerSettings): ZoneSource {
  if (files.length > 0) return { kind: "files", paths: files };
  return zones === undefined ? settings.zones : { kind: "folder", path: zones };
}
