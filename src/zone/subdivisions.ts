import { findNearest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import { formatGeoCode } from "./geo-code.ts";
import type { GeoCode } from "./model.ts";

/** ISO 3166-2, of the countries that most rules divide and that have one level of subdivisions there. */
const SUBDIVISIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    AT: "1 2 3 4 5 6 7 8 9",
    AU: "ACT NSW NT QLD SA TAS VIC WA",
    BR: "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO",
    CA: "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    CH: "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
    CN: `AH BJ CQ FJ GD GS GX GZ HA HB HE HI HK HL HN JL JS JX LN MO NM NX QH SC SD SH SN SX TJ
      TW XJ XZ YN ZJ`,
    DE: "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH",
    JP: `01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
      30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47`,
    MX: `AGU BCN BCS CAM CHH CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MOR NAY NLE OAX PUE QUE
      ROO SIN SLP SON TAB TAM TLA VER YUC ZAC`,
    NL: "AW BQ1 BQ2 BQ3 CW DR FL FR GE GR LI NB NH OV SX UT ZE ZH",
    US: `AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS
      MT NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY`,
  }).map(([country, codes]): [string, Set<string>] => [country, new Set(codes.split(/\s+/))]),
);

/** Why a code is no place, if it is known that its country has no such subdivision. */
export function doubtSubdivision({ continent, country, subdivision }: GeoCode): string | undefined {
  if (country === undefined || subdivision === undefined) return undefined;
  const known = SUBDIVISIONS.get(country);
  if (known === undefined || known.has(subdivision)) return undefined;
  const near = findNearest(subdivision, known);
  const meant = near && formatGeoCode({ continent, country, subdivision: near });
  const hint = meant === undefined ? "" : `; did you mean ${quote(meant)}?`;
  const written = quote(formatGeoCode({ continent, country, subdivision }));
  return `${written} is nowhere, and no client there: ${country} has no subdivision ${quote(subdivision)} (ISO 3166-2)${hint}`;
}
