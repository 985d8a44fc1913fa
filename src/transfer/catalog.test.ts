import { beforeEach, expect, test } from "vitest";
import { prepareText } from "../../test/support/transfers.ts";
import { listRRsets } from "../image/list-rrsets.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { silentLog } from "../log/log.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { Catalog, type CatalogOptions, type SavedCatalog } from "./catalog.ts";

const zone = (apex: string): PreparedZone =>
  prepareText(`zone: ${apex}\nrecords: { "": { type: NS, ttl: 1h, value: ns.example.net. } }`);

let served: PreparedZone[];
let saved: SavedCatalog[];
let seconds: number;
beforeEach(() => {
  served = [];
  saved = [];
  seconds = 1000;
});

function create(options: Partial<CatalogOptions> = {}): Catalog {
  return new Catalog({
    zone: "catalog.example.",
    group: undefined,
    secondaries: true,
    transfer: { allow: undefined, notify: undefined },
    isTransferable: () => true,
    serve: (front) => served.push(front),
    remembered: saved.at(-1),
    onChange: (each) => saved.push(each),
    wallClock: () => seconds * 1000,
    log: silentLog,
    ...options,
  });
}

function list({ compiled, zone: { apex } }: PreparedZone): string[] {
  return listRRsets(compiled.segment, apex)
    .map(
      ({ owner, type, rdata }) =>
        `${formatName(owner)} ${formatType(type)} ${formatRdata(type, rdata[0]!)}`,
    )
    .toSorted();
}

const a = zone("a.example.");
const b = zone("b.example.");
/** The first 16 octets of the SHA-256 of the wire name. */
const LABEL_A = "af4181b9fc9791e7602493af58368152";

test("follow() lists the zones in the catalog, and lets only the transfer see them", () => {
  const catalog = create({ group: "all" });
  const zones = catalog.follow([b, a]);
  expect(zones.slice(0, 2)).toEqual([b, a]);
  expect(list(zones[2]!)).toEqual(
    [
      "catalog.example. SOA invalid. invalid. 1000 3600 600 2147483647 0",
      "catalog.example. NS invalid.",
      'version.catalog.example. TXT "2"',
      `${labelOf(zones[2]!, "a.example.")}.zones.catalog.example. PTR a.example.`,
      `${labelOf(zones[2]!, "b.example.")}.zones.catalog.example. PTR b.example.`,
      `group.${labelOf(zones[2]!, "a.example.")}.zones.catalog.example. TXT "all"`,
      `group.${labelOf(zones[2]!, "b.example.")}.zones.catalog.example. TXT "all"`,
    ].toSorted(),
  );
  expect(served.map(list)).toEqual([
    [
      "catalog.example. NS invalid.",
      "catalog.example. SOA invalid. invalid. 1000 3600 600 2147483647 0",
      'version.catalog.example. TXT "2"',
    ],
  ]);
});

test("follow() gives a member the same label on every server and at any time", () => {
  const [, first] = create().follow([a]);
  const [, , second] = create({ zone: "other.example." }).follow([b, a]);
  expect(labelOf(first!, "a.example.")).toBe(LABEL_A);
  expect(labelOf(second!, "a.example.")).toBe(LABEL_A);
});

test("follow() raises the serial with the members alone, and never lets it go back", () => {
  const catalog = create();
  const serials = () => served.map(({ zone: { serial } }) => serial);
  const withFront = (...zones: PreparedZone[]) => [...zones, served.at(-1)!];
  catalog.follow([a]);
  seconds = 2000;
  catalog.follow(withFront(zone("a.example.")));
  expect(serials()).toEqual([1000]);
  catalog.follow(withFront(a, b));
  catalog.follow(withFront(b));
  expect(serials()).toEqual([1000, 2000, 2001]);
  // Anew, with a clock that went back.
  seconds = 5;
  served = [];
  const again = create();
  again.follow([b]);
  expect(serials()).toEqual([2001]);
  again.follow(withFront(a));
  expect(serials()).toEqual([2001, 2002]);
  expect(saved.map(({ serial }) => serial)).toEqual([1000, 2000, 2001, 2002]);
});

test("follow() leaves out what nobody may have, and secondary zones if told so", () => {
  const secondary = { ...b, zone: { ...b.zone, secondary: { primaries: [], key: undefined } } };
  const membersOf = (options: Partial<CatalogOptions>): string[] =>
    list(create(options).follow([a, secondary]).at(-1)!)
      .filter((line) => line.includes(" PTR "))
      .map((line) => line.split(" PTR ")[1]!)
      .toSorted();
  expect(membersOf({})).toEqual(["a.example.", "b.example."]);
  expect(membersOf({ secondaries: false })).toEqual(["a.example."]);
  expect(membersOf({ isTransferable: (each) => each !== a })).toEqual(["b.example."]);
});

test("follow() makes no catalog where a zone file has its name", () => {
  const errors: string[] = [];
  const log = { ...silentLog, error: (_: object, text: string) => void errors.push(text) };
  const catalog = create({ log });
  const zones = [a, zone("catalog.example.")];
  expect(catalog.follow(zones)).toBe(zones);
  expect(catalog.follow(zones)).toBe(zones);
  expect(served).toEqual([]);
  expect(errors).toHaveLength(1);
});

function labelOf(catalog: PreparedZone, member: string): string {
  return list(catalog)
    .find((line) => line.endsWith(` PTR ${member}`))!
    .split(".")[0]!;
}
