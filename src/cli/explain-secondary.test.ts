import { expect, test } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { prepareStatic, prepareUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { loadZone } from "../zone/load-zone.ts";
import type { Zone } from "../zone/model.ts";
import { explainServed } from "./explain-served.ts";
import type { Explanation } from "./explanation.ts";

function read(text: string): Zone {
  const { zone, issues } = loadZone(text, { file: "zone.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues));
  return zone;
}

const ZONES: readonly PreparedZone[] = [
  prepareUnavailable(read("zone: example.net.\nsecondary: { primaries: 192.0.2.1 }\n")),
  prepareStatic(
    read(`
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.org., ns2.example.org.] }
  www: { type: CNAME, value: www.example.net. }
`),
  ),
];

function explain(name: string): Explanation {
  const explained = explainServed(
    { name, type: "A", client: "192.0.2.9", resolver: undefined, assume: [] },
    {
      zones: ZONES,
      world: { health: { targets: new Map() }, overrides: NO_OVERRIDES, memory: NO_MEMORY },
      geo: geoTable({}),
    },
  );
  if (typeof explained === "string") throw new Error(explained);
  return explained;
}

test("explainServed() says of a secondary zone without data that nothing is known of it", () => {
  expect(explain("www.example.net.")).toMatchObject({
    status: "SERVFAIL",
    links: [
      { kind: "servfail", zone: "example.net.", note: expect.stringContaining("without data") },
    ],
  });
});

test("explainServed() ends a chain in front of a secondary zone without data", () => {
  const { status, links } = explain("www.example.com.");
  expect(status).toBe("NOERROR");
  expect(links).toMatchObject([
    {
      kind: "static",
      note: "the answer ends here: www.example.net. is in a secondary zone without data",
    },
  ]);
});
