import { expect, it } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { zoneOf } from "../../test/support/zone-issues.ts";
import { prepareZone } from "../loader/prepare-zone.ts";
import { formatName } from "../wire/name.ts";
import { findOutsideTargets } from "./find-outside-targets.ts";

const GEO = geoTable({});
const NS = "{ type: NS, values: [a.example.org., b.example.org.] }";

function listOutside(...zones: readonly [apex: string, records: string][]): string[] {
  const prepared = zones.map(([apex, records]) =>
    prepareZone(zoneOf(`zone: ${apex}\nrecords:\n  "": ${NS}\n${records}`), GEO, 0),
  );
  return findOutsideTargets(prepared).map(formatName);
}

const INSIDE = `
  www: { type: A, value: 192.0.2.1 }
  empty: { type: TXT, value: x }
  "*.wild": { type: A, value: 192.0.2.2 }
  cname: { type: CNAME, value: www.example.com. }
  away: { type: CNAME, value: www.elsewhere.example. }
  circle: { type: CNAME, value: round.example.com. }
  round: { type: CNAME, value: trip.example.com. }
  trip: { type: CNAME, value: other.example.net. }
  sub: { type: NS, values: [ns.example.org., ns.example.net.] }
  moved: { type: DNAME, value: example.net. }
  steered: { type: CNAME, dynamic: { pools: { a: { values: [www.example.com.] }, b: { values: [b.elsewhere.example.] } }, rules: [{ geos: [EU], pool: a }, { pool: b }] } }
  at-home: { type: CNAME, dynamic: { pools: { a: { values: [www.example.com.] } }, rules: [{ pool: a }] } }
`;

it.each([
  ["a name of the zone", "www.example.com.", false],
  ["one without addresses", "empty.example.com.", false],
  ["one that is not there", "nope.example.com.", false],
  ["one that a wildcard makes", "a.wild.example.com.", false],
  ["a CNAME that stays", "cname.example.com.", false],
  ["a CNAME that leads away", "away.example.com.", true],
  ["CNAMEs to another zone here", "circle.example.com.", false],
  ["a name below a zone cut", "www.sub.example.com.", true],
  ["a name that a DNAME redirects", "www.moved.example.com.", true],
  ["a steered CNAME that leads some clients away", "steered.example.com.", true],
  ["a steered CNAME that leads nobody away", "at-home.example.com.", false],
  ["a name of another zone here", "www.example.net.", false],
  ["a name of no zone here", "www.elsewhere.example.", true],
])("findOutsideTargets() of %s", (_, target, isOutside) => {
  const found = listOutside(
    ["example.com.", `${INSIDE}  alias: { type: ALIAS, value: ${target} }\n`],
    ["example.net.", "  other: { type: CNAME, value: back.example.com. }\n"],
  );
  expect(found).toEqual(isOutside ? [target] : []);
});

it("findOutsideTargets() lists a target once, and an ALIAS to an ALIAS by its own target", () => {
  const found = listOutside([
    "example.com.",
    `  a: { type: ALIAS, value: WWW.elsewhere.example. }
  b: { type: ALIAS, value: www.elsewhere.example. }
  c: { type: ALIAS, value: a.example.com. }
`,
  ]);
  expect(found).toEqual(["www.elsewhere.example."]);
});
