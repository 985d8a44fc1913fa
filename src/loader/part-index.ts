import { basename, dirname, join, resolve } from "node:path";
import type { PartPlaces } from "./directory-events.ts";
import type { PartsOfFiles } from "./watch.ts";

/** Which files draw in which others. */
export interface PartIndex extends PartPlaces {
  /** Takes other relations than before; false if they are the same. */
  replace(parts: PartsOfFiles): boolean;
  paths(): Iterable<string>;
  /** The zone files that draw in a part. */
  ownersOf(path: string): readonly string[];
}

export function createPartIndex(): PartIndex {
  let owners = new Map<string, string[]>();
  let byPlace = new Map<string, string>();
  let key = "[]";

  return {
    replace(parts) {
      const entries = [...parts].filter(([, paths]) => paths.length > 0).sort();
      const next = JSON.stringify(entries);
      if (next === key) return false;
      key = next;
      owners = new Map();
      for (const [owner, paths] of entries) {
        for (const path of paths) {
          const known = owners.get(path);
          if (known === undefined) owners.set(path, [owner]);
          else known.push(owner);
        }
      }
      byPlace = new Map([...owners.keys()].map((path) => [resolve(path), path]));
      return true;
    },
    paths: () => owners.keys(),
    ownersOf: (path) => owners.get(path) ?? [],
    directories: () => new Set([...byPlace.keys()].map((place) => dirname(place))),
    pathOf: (directory, name) => byPlace.get(join(directory, basename(name))),
  };
}
