/**
 * The catalog of this server's zones (RFC 9432): follows what is served, with a serial that rises whenever that is
 * something else, over restarts, too.
 */
import { createHash } from "node:crypto";
import { prepareStatic } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import { formatName, lowerName, parseName } from "../wire/name.ts";
import type { Name, TransferSettings } from "../zone/model.ts";
import { buildCatalog, buildCatalogFront, type CatalogContent } from "./catalog-zone.ts";

export interface CatalogOptions {
  /** Apex in presentation form. */
  readonly zone: string;
  readonly group: string | undefined;
  /** Whether zones that this server has from others are in it. */
  readonly secondaries: boolean;
  readonly transfer: TransferSettings;
  /** Whether anybody may have a zone: no others are in it. */
  readonly isTransferable: (zone: PreparedZone) => boolean;
  /** Takes the zone into service as everybody may see it. */
  readonly serve: (front: PreparedZone) => void;
  readonly remembered: SavedCatalog | undefined;
  /** There is something else to remember. */
  readonly onChange: (saved: SavedCatalog) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly log: Log;
}

/** What outlives a restart. */
export interface SavedCatalog {
  readonly serial: number;
  /** Equal for equal content, the serial apart. */
  readonly fingerprint: string;
}

export class Catalog {
  readonly #options: CatalogOptions;
  readonly #apex: Name;
  #saved: SavedCatalog | undefined;
  #front: PreparedZone | undefined;
  #whole: PreparedZone | undefined;
  #hasWarned = false;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#saved = options.remembered;
    const parsed = parseName(options.zone);
    if (!parsed.ok) throw new Error(parsed.error);
    this.#apex = lowerName(parsed.name);
  }

  /**
   * Takes note of all zones that are served.
   *
   * @returns the same for transfers: with the whole catalog in place of what everybody may see of it
   */
  follow(zones: readonly PreparedZone[]): readonly PreparedZone[] {
    const apex = Buffer.from(this.#apex);
    const others = zones.filter(({ zone }) => !apex.equals(zone.apex));
    const own = zones.find(({ zone }) => apex.equals(zone.apex));
    if (own !== undefined && own.compiled !== this.#front?.compiled) {
      this.#warn();
      return zones;
    }
    const { isTransferable, secondaries } = this.#options;
    const members = others
      .filter((each) => isTransferable(each))
      .filter(({ zone }) => secondaries || zone.secondary === undefined)
      .map(({ zone }) => zone.apex)
      .toSorted(Buffer.compare);
    this.#update(members);
    return this.#whole === undefined ? others : [...others, this.#whole];
  }

  #update(members: readonly Name[]): void {
    const { group, transfer, serve, onChange, wallClock } = this.#options;
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([formatName(this.#apex), group, members.map(formatName)]))
      .digest("hex");
    const isSame = this.#saved?.fingerprint === fingerprint;
    if (isSame && this.#front !== undefined) return;
    const serial = isSame
      ? this.#saved!.serial
      : nextSerial(this.#saved?.serial, Math.floor(wallClock() / 1000));
    this.#saved = { serial, fingerprint };
    const content: CatalogContent = { apex: this.#apex, serial, members, group, transfer };
    this.#whole = prepareStatic(buildCatalog(content));
    this.#front = prepareStatic(buildCatalogFront(content));
    if (!isSame) onChange(this.#saved);
    serve(this.#front);
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const zone = formatName(this.#apex);
    this.#options.log.error({ zone }, "a zone file has the name of the catalog: there is none");
  }
}

/** Time, but always after the serial before. */
function nextSerial(before: number | undefined, nowSeconds: number): number {
  return (before === undefined ? nowSeconds : Math.max(nowSeconds, before + 1)) % 2 ** 32;
}
