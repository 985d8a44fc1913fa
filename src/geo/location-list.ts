import type { Location } from "./geo-table.ts";

/** The location of which nothing is known. */
export const UNKNOWN_LOCATION: Location = {
  continent: undefined,
  country: undefined,
  subdivision: undefined,
  coords: undefined,
};

/** Numbers locations: equal ones get one number, the unknown one gets 0. */
export class LocationList {
  readonly locations: Location[] = [UNKNOWN_LOCATION];
  private readonly numbers = new Map<string, number>([[toKey(UNKNOWN_LOCATION), 0]]);

  /** The number of a location, an index into `locations`. */
  add(location: Location): number {
    const key = toKey(location);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.locations.push(location) - 1;
    this.numbers.set(key, number);
    return number;
  }
}

function toKey({ continent, country, subdivision, coords }: Location): string {
  return `${continent}|${country}|${subdivision}|${coords}`;
}
