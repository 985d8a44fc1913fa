import { expect, it } from "vitest";
import { renderZoneIssues, steered, zoneText } from "../../test/support/zone-issues.ts";
import { parseGeoCode } from "./geo-code.ts";
import { doubtSubdivision } from "./subdivisions.ts";

const doubt = (text: string): string | undefined => {
  const code = parseGeoCode(text);
  if (typeof code === "string") throw new Error(code);
  return doubtSubdivision(code);
};

it.each([
  [
    "NA-US-ZZ",
    '"NA-US-ZZ" is nowhere, and no client there: US has no subdivision "ZZ" (ISO 3166-2); did',
  ],
  ["AS-JP-1", '; did you mean "AS-JP-01"?'],
  ["NA-CA-CAL", 'CA has no subdivision "CAL" (ISO 3166-2)'],
  ["OC-AU-NSV", '; did you mean "OC-AU-NSW"?'],
])("doubtSubdivision() tells that %s is none", (text, message) => {
  expect(doubt(text)).toContain(message);
});

it.each(["EU", "NA-US", "NA-US-CA", "NA-US-DC", "NA-CA-ON", "EU-DE-HE", "AS-JP-13", "EU-FR-75"])(
  "doubtSubdivision() has nothing against %s",
  (text) => expect(doubt(text)).toBeUndefined(),
);

it("is a warning once, where the code stands", () => {
  const pools = "pools: { all: { values: [192.0.2.1] } }";
  const rules = "{ rules: [{ geos: [OC-AU-NSV], pool: all }, { pool: all }] }";
  const said = renderZoneIssues(zoneText(steered(rules), pools));
  expect(said.split("is nowhere")).toHaveLength(2);
  expect(said).toMatch(/^z\.yaml:5:\d+: warning: "OC-AU-NSV" is nowhere/m);
});
