import { findNearest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import { COUNTRIES_OF_CONTINENT } from "./countries-of-continent.ts";
import type { GeoCode } from "./model.ts";

/** Reads an octoDNS geo code: `EU`, `NA-US`, `NA-US-CA`. A string says what is wrong with the text. */
export function parseGeoCode(text: string): GeoCode | string {
  if (text !== text.toUpperCase()) {
    return `${quote(text)} is no geo code: they are in capitals, ${quote(text.toUpperCase())}`;
  }
  const [continent = "", country, subdivision, ...rest] = text.split("-");
  const countries = COUNTRIES_OF_CONTINENT.get(continent);
  if (countries === undefined) return explainContinent(text, continent);
  if (country === undefined) return { continent, country, subdivision };
  if (!countries.has(country)) return explainCountry(text, continent, country, countries);
  if (rest.length > 0 || (subdivision !== undefined && !/^[A-Z0-9]{1,3}$/.test(subdivision))) {
    return `${quote(text)} is no geo code: a subdivision is what ISO 3166-2 has after the country, like NA-US-CA`;
  }
  return { continent, country, subdivision };
}

/** A code, or what is known of a place. */
type GeoParts = { readonly [part in keyof GeoCode]: string | undefined };

/** Whether every place that `narrow` names lies in what `wide` names. The narrowest part decides: databases differ over continents. */
export function coversGeoCode(wide: GeoCode, narrow: GeoParts): boolean {
  if (wide.country === undefined) return wide.continent === narrow.continent;
  if (wide.country !== narrow.country) return false;
  return wide.subdivision === undefined || wide.subdivision === narrow.subdivision;
}

/** As it is written: `NA-US-CA`. */
export function formatGeoCode(code: GeoCode): string {
  return [code.continent, code.country, code.subdivision]
    .filter((part) => part !== undefined)
    .join("-");
}

function explainContinent(text: string, continent: string): string {
  const home = findContinent(continent);
  const hint = home === undefined ? "" : `; the country is ${home}-${text}`;
  const continents = [...COUNTRIES_OF_CONTINENT.keys()].join(", ");
  return `${quote(text)} is no geo code: ${quote(continent)} is no continent; allowed: ${continents}${hint}`;
}

function explainCountry(
  text: string,
  continent: string,
  country: string,
  countries: ReadonlySet<string>,
): string {
  const home = findContinent(country);
  const rest = text.slice(continent.length + 1 + country.length);
  if (home !== undefined) {
    return `${quote(text)} is no geo code: ${country} is in ${home}, write ${home}-${country}${rest}`;
  }
  // Everybody's first attempt at the United Kingdom.
  const near = country === "UK" && continent === "EU" ? "GB" : findNearest(country, countries);
  const hint = near === undefined ? "" : `; did you mean ${quote(`${continent}-${near}${rest}`)}?`;
  return `${quote(text)} is no geo code: ${quote(country)} is no country of ${continent} (ISO 3166-1)${hint}`;
}

function findContinent(country: string): string | undefined {
  for (const [continent, countries] of COUNTRIES_OF_CONTINENT) {
    if (countries.has(country)) return continent;
  }
  return undefined;
}
