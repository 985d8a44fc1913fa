import { join } from "node:path";
import type { Clock } from "./clock/clock.ts";
import type { Closers } from "./closers.ts";
import type { CatalogSettings } from "./config/server/catalog-section.ts";
import type { PreparedZone } from "./loader/prepare-zone.ts";
import type { Log } from "./log/log.ts";
import { createPacedFile, readBounded } from "./state/paced-file.ts";
import { Catalog, type SavedCatalog } from "./transfer/catalog.ts";

export interface OpenCatalogOptions {
  readonly settings: CatalogSettings;
  readonly stateDirectory: string;
  readonly isTransferable: (zone: PreparedZone) => boolean;
  readonly serve: (zone: PreparedZone) => void;
  readonly clock: Clock;
  /** Whether the state folder is this process's, at the moment. */
  readonly mayWrite: () => boolean;
  readonly log: Log;
  readonly closers: Closers;
}

/** Longer ones are not ours. */
const MAX_TEXT = 4096;

/** The catalog of what is served, its serial gone on with from `catalog.json`; undefined if there is to be none. */
export async function openCatalog(options: OpenCatalogOptions): Promise<Catalog | undefined> {
  const { settings, stateDirectory, clock, mayWrite, log, closers } = options;
  if (settings.zone === undefined) return undefined;
  const path = join(stateDirectory, "catalog.json");
  const read = await readBounded(path, MAX_TEXT);
  const remembered = "text" in read ? parseSaved(read.text) : undefined;
  if (remembered === undefined && ("text" in read || !read.isMissing)) {
    log.warn({ file: path }, "the catalog's last serial cannot be read: the time is its next one");
  }
  let saved = remembered;
  let isBroken = false;
  const file = createPacedFile({
    path,
    clock,
    text: () => JSON.stringify(saved),
    mayWrite: () => saved !== undefined && mayWrite(),
    onError: (err) => {
      if (!isBroken) log.warn({ err, file: path }, "the catalog's serial is not kept");
      isBroken = true;
    },
  });
  closers.add(() => file.close());
  return new Catalog({
    zone: settings.zone,
    group: settings.group,
    secondaries: settings.secondaries,
    transfer: { allow: settings.allow, notify: settings.notify },
    isTransferable: options.isTransferable,
    serve: options.serve,
    remembered,
    onChange: (changed) => {
      saved = changed;
      file.touch();
    },
    wallClock: Date.now,
    log,
  });
}

function parseSaved(text: string): SavedCatalog | undefined {
  try {
    const { serial, fingerprint } = JSON.parse(text) as Partial<SavedCatalog>;
    const isSerial = Number.isInteger(serial) && serial! >= 0 && serial! < 2 ** 32;
    return isSerial && typeof fingerprint === "string"
      ? { serial: serial!, fingerprint }
      : undefined;
  } catch {
    return undefined;
  }
}
