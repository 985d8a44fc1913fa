/**
 * What every database leaves out or has differently: the continent of a country, as octoDNS draws the borders, and a
 * point in its middle (after the CIA World Factbook, public domain).
 */

interface Country {
  readonly continent: string;
  /** Degrees. */
  readonly centroid: readonly [latitude: number, longitude: number];
}

/** By continent: country (ISO 3166-1 alpha-2, and XK), latitude, longitude. */
const TABLE: Readonly<Record<string, string>> = {
  AF: `AO -12.5 18.5, BF 13 -2, BI -3.5 30, BJ 9.5 2.3, BW -22 24, CD 0 25, CF 7 21, CG -1 15, CI 8 -5, CM 6 12,
    CV 16 -24, DJ 11.5 43, DZ 28 3, EG 27 30, EH 24.5 -13, ER 15 39, ET 8 38, GA -1 11.8, GH 8 -2, GM 13.5 -16.5,
    GN 11 -10, GQ 2 10, GW 12 -15, KE 1 38, KM -12.2 44.3, LR 6.5 -9.5, LS -29.5 28.5, LY 25 17, MA 32 -5, MG -20 47,
    ML 17 -4, MR 20 -12, MU -20.3 57.6, MW -13.5 34, MZ -18.3 35, NA -22 17, NE 16 8, NG 10 8, RE -21.1 55.5,
    RW -2 30, SC -4.6 55.7, SD 15 30, SH -16 -5.7, SL 8.5 -11.5, SN 14 -14, SO 6 48, SS 8 30, ST 1 7, SZ -26.5 31.5,
    TD 15 19, TG 8 1.2, TN 34 9, TZ -6 35, UG 1 32, YT -12.8 45.2, ZA -29 24, ZM -15 30, ZW -20 30`,
  AN: "AQ -90 0, BV -54.4 3.4, HM -53.1 72.5, TF -49.3 69.5",
  AS: `AE 24 54, AF 33 65, AM 40 45, AZ 40.5 47.5, BD 24 90, BH 26 50.5, BN 4.5 114.7, BT 27.5 90.5, CC -12.5 96.8,
    CN 35 105, CX -10.5 105.7, CY 35 33, GE 42 43.5, HK 22.3 114.2, ID -5 120, IL 31.5 34.8, IN 20 77, IO -6 71.5,
    IQ 33 44, IR 32 53, JO 31 36, JP 36 138, KG 41 75, KH 13 105, KP 40 127, KR 37 127.5, KW 29.5 47.8, KZ 48 68,
    LA 18 105, LB 33.8 35.8, LK 7 81, MM 22 98, MN 46 105, MO 22.2 113.5, MV 3.3 73, MY 2.5 112.5, NP 28 84, OM 21 57,
    PH 13 122, PK 30 70, PS 32 35.3, QA 25.5 51.3, SA 25 45, SG 1.4 103.8, SY 35 38, TH 15 100, TJ 39 71,
    TL -8.8 125.9, TM 40 60, TR 39 35, TW 23.5 121, UZ 41 64, VN 16.2 107.8, YE 15 48`,
  EU: `AD 42.5 1.5, AL 41 20, AT 47.3 13.3, AX 60.1 20, BA 44 18, BE 50.8 4, BG 43 25, BY 53 28, CH 47 8, CZ 49.8 15.5,
    DE 51 9, DK 56 10, EE 59 26, ES 40 -4, FI 64 26, FO 62 -7, FR 46 2, GB 54 -2, GG 49.5 -2.6, GI 36.1 -5.4, GR 39 22,
    HR 45.2 15.5, HU 47 20, IE 53 -8, IM 54.2 -4.5, IS 65 -18, IT 42.8 12.8, JE 49.2 -2.2, LI 47.2 9.5, LT 56 24,
    LU 49.8 6.2, LV 57 25, MC 43.7 7.4, MD 47 29, ME 42.5 19.3, MK 41.8 22, MT 35.8 14.6, NL 52.5 5.8, NO 62 10,
    PL 52 20, PT 39.5 -8, RO 46 25, RS 44 21, RU 60 100, SE 62 15, SI 46.1 14.8, SJ 78 20, SK 48.7 19.5, SM 43.8 12.4,
    UA 49 32, VA 41.9 12.5, XK 42.6 21`,
  NA: `AG 17.1 -61.8, AI 18.3 -63.2, AW 12.5 -70, BB 13.2 -59.5, BL 17.9 -62.8, BM 32.3 -64.8, BQ 12.2 -68.3,
    BS 24.3 -76, BZ 17.3 -88.8, CA 60 -95, CR 10 -84, CU 21.5 -80, CW 12.2 -69, DM 15.4 -61.3, DO 19 -70.7,
    GD 12.1 -61.7, GL 72 -40, GP 16.3 -61.6, GT 15.5 -90.3, HN 15 -86.5, HT 19 -72.4, JM 18.3 -77.5, KN 17.3 -62.8,
    KY 19.5 -80.5, LC 13.9 -61, MF 18.1 -63, MQ 14.7 -61, MS 16.8 -62.2, MX 23 -102, NI 13 -85, PA 9 -80,
    PM 46.8 -56.3, PR 18.3 -66.5, SV 13.8 -88.9, SX 18 -63, TC 21.8 -71.6, TT 11 -61, US 38 -97, VC 13.3 -61.2,
    VG 18.5 -64.5, VI 18.3 -64.8`,
  OC: `AS -14.3 -170, AU -27 133, CK -21.2 -159.8, FJ -18 178, FM 6.9 158.3, GU 13.5 144.8, KI 1.4 173, MH 9 168,
    MP 15.2 145.8, NC -21.5 165.5, NF -29 168, NR -0.5 166.9, NU -19 -169.9, NZ -41 174, PF -15 -140, PG -6 147,
    PN -25.1 -130.1, PW 7.5 134.5, SB -8 159, TK -9 -172, TO -20 -175, TV -8 178, UM 19.3 166.6, VU -16 167,
    WF -13.3 -176.2, WS -13.6 -172.3`,
  SA: `AR -34 -64, BO -17 -65, BR -10 -55, CL -30 -71, CO 4 -72, EC -2 -77.5, FK -51.8 -59, GF 4 -53, GS -54.5 -37,
    GY 5 -59, PE -10 -76, PY -23 -58, SR 4 -56, UY -33 -56, VE 8 -66`,
};

const CONTINENT_CENTROIDS: Readonly<
  Record<string, readonly [latitude: number, longitude: number]>
> = {
  AF: [7, 20],
  AN: [-90, 0],
  AS: [28, 95],
  EU: [50, 15],
  NA: [38, -95],
  OC: [-25, 140],
  SA: [-14, -58],
};

const COUNTRIES: ReadonlyMap<string, Country> = new Map(
  Object.entries(TABLE).flatMap(([continent, rows]) =>
    rows.split(",").map((row): [string, Country] => {
      const [code, latitude, longitude] = row.trim().split(" ");
      return [code!, { continent, centroid: [Number(latitude), Number(longitude)] }];
    }),
  ),
);

/** True for the codes of octoDNS: AF AN AS EU NA OC SA. */
export function isContinent(code: string): boolean {
  return Object.hasOwn(TABLE, code);
}

/** True for assigned ISO 3166-1 alpha-2 codes and XK (Kosovo), in upper case. */
export function isCountry(code: string): boolean {
  return COUNTRIES.has(code);
}

/** The continent of a country that is one. */
export function findContinent(country: string): string | undefined {
  return COUNTRIES.get(country)?.continent;
}

/** Degrees. */
export function findCentroid(
  country: string,
): readonly [latitude: number, longitude: number] | undefined {
  return COUNTRIES.get(country)?.centroid;
}

/** Degrees; the middle of where most of its people live. */
export function findContinentCentroid(
  continent: string,
): readonly [latitude: number, longitude: number] | undefined {
  return CONTINENT_CENTROIDS[continent];
}
