import { combineDatabases } from "./combine-databases.ts";
import { type GeoDatabase, GeoDataError } from "./geo-database.ts";
import type { GeoTable } from "./geo-table.ts";
import { openDatabase } from "./open-database.ts";

export interface GeoBuild {
  /** Made of the databases without a problem. */
  readonly table: GeoTable;
  /** A sentence for each database that was refused. */
  readonly problems: readonly string[];
}

/**
 * Reads databases and flattens them into one table. Takes a second and some hundred megabytes for the packaged ones:
 * `loadGeo()` does it in a thread of its own.
 *
 * @param databases packaged names or paths of .mmdb files, the preferred one first
 * @param onOpen called with the index of each database before it is read, and with their number at the end
 */
export function buildGeoTable(
  databases: readonly string[],
  onOpen: (index: number) => void = () => {},
): GeoBuild {
  const problems: string[] = [];
  const opened: GeoDatabase[] = [];
  for (const [index, name] of databases.entries()) {
    onOpen(index);
    try {
      opened.push(openDatabase(name));
    } catch (error) {
      problems.push(describeProblem(name, explain(error)));
    }
  }
  onOpen(databases.length);
  return { table: combineDatabases(opened), problems };
}

/** One line for the operator. */
export function describeProblem(name: string, reason: string): string {
  return `geo database ${name} is not used: ${reason}`;
}

function explain(error: unknown): string {
  if (error instanceof GeoDataError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "reading it is not permitted";
  // A bug of ours or of the library on hostile data; the database is refused all the same.
  return error instanceof Error ? error.message : String(error);
}
