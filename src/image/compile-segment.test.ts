import fc from "fast-check";
import { expect, test } from "vitest";
import { listStatics, loadMaster, MASTER_HEAD } from "../../test/support/master-zone.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import { formatType, TYPE_CNAME } from "../wire/rr-types.ts";
import { NameTable } from "../zone/master/name-table.ts";
import type { RRset, Zone } from "../zone/model.ts";
import { tabulateRRsets } from "../zone/tabulate-rrsets.ts";
import { compileSegment } from "./compile-segment.ts";
import { RRSET } from "./layout.ts";
import { readRRset } from "./list-rrsets.ts";
import { openSegment, type Segment } from "./segment.ts";

const LABELS = ["a", "b", "*", "c-long-label"];
const owner = fc
  .array(fc.constantFrom(...LABELS), { maxLength: 4 })
  .map((labels) => labels.join("."));
const target = fc.oneof(
  owner.map((name) => (name === "" ? "@" : name.toUpperCase())),
  fc.constant("else.where.example."),
);
const rdata = fc.oneof(
  fc.nat(255).map((octet) => `A 192.0.2.${octet}`),
  fc.nat(255).map((octet) => `AAAA 2001:db8::${octet}`),
  fc.constantFrom("x", "y", "z").map((text) => `TXT ${text}`),
  target.map((name) => `NS ${name}`),
  target.map((name) => `MX 10 ${name}`),
  target.map((name) => `SRV 1 2 3 ${name}`),
  target.map((name) => `PTR ${name}`),
  target.map((name) => `HTTPS 1 ${name}`),
  target.map((name) => `DNAME ${name}`),
);
const lines = fc.uniqueArray(
  fc.tuple(owner, rdata).map(([name, data]) => `${name === "" ? "@" : name} 300 ${data}`),
  { maxLength: 30, selector: (line) => line.toLowerCase() },
);

/** Zones that checks refuse are of no interest here. */
const zones = lines
  .map((records) => loadMaster(`${MASTER_HEAD}${records.join("\n")}\n`).zone)
  .filter((zone) => zone !== undefined);

function compile(zone: Zone): Segment {
  return openSegment(compileSegment(zone, () => ({ classes: [] })).segment);
}

/** What a segment says of a name: all but where things stand. */
function describeName(segment: Segment, apex: Uint8Array, name: Uint8Array): unknown {
  const key = new NameKey();
  key.read(name, 0, name.length);
  const node = segment.findNode(key, 0);
  if (node === 0) return undefined;
  const nameOf = (at: number): string => (at === 0 ? "" : formatName(segment.nameOf(at)));
  let entry = segment.firstEntry(node);
  const rrsets = Array.from({ length: segment.countEntries(node) }, () => {
    const reference = segment.entryReference(entry);
    const { type, ttl, rdata: records } = readRRset(segment, reference, name, apex);
    const targets = segment.words[(reference >> 2) + RRSET.targets]!;
    const isAlias = type === TYPE_CNAME;
    const linked =
      targets === 0 || isAlias
        ? []
        : records.map((_, i) => nameOf(segment.words[(targets >> 2) + i]!));
    entry = segment.nextEntry(entry);
    return `${formatType(type)} ${ttl} ${records.map((one) => formatRdata(type, one))} → ${linked}`;
  });
  return {
    name: nameOf(node),
    cut: nameOf(segment.cutOf(node)),
    wildcard: nameOf(segment.wildcardOf(node)),
    ownsDname: segment.ownsDname(node),
    rrsets: rrsets.sort(),
  };
}

/** The names of a zone and those above them. */
function listNames(rrsets: readonly RRset[], apex: Uint8Array): Map<string, Uint8Array> {
  const names = new Map<string, Uint8Array>();
  for (const { owner: name } of rrsets) {
    for (let at = name; at.length >= apex.length; at = at.subarray(1 + at[0]!)) {
      names.set(formatName(at), at);
    }
  }
  return names;
}

test("compileSegment() makes the same of columns, of objects, and of some of both", () => {
  fc.assert(
    fc.property(zones, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (zone, chosen) => {
      const all = listStatics(zone);
      const { apex } = zone;
      const names = listNames(all, apex);
      const describe = (one: Zone): unknown => {
        const segment = compile(one);
        return [...names].map(([text, name]) => [text, describeName(segment, apex, name)]);
      };
      const tabulated = describe({
        ...zone,
        rrsets: [],
        table: tabulateRRsets(all, new NameTable()),
      });
      const mine = all.filter((_, i) => chosen[i % 40]);
      const others = all.filter((_, i) => !chosen[i % 40]);
      const mixed = { ...zone, rrsets: mine, table: tabulateRRsets(others, new NameTable()) };
      expect(describe(zone)).toEqual(tabulated);
      expect(describe(mixed)).toEqual(tabulated);
      expect(describe({ ...zone, rrsets: all, table: undefined })).toEqual(tabulated);
    }),
  );
});

test("compileSegment() links names as RFC 1034 §4.3.2 and RFC 4592 look them up", () => {
  fc.assert(
    fc.property(zones, (zone) => {
      const rrsets = listStatics(zone);
      const names = listNames(rrsets, zone.apex);
      const apex = formatName(zone.apex);
      const owns = (name: string, type: string): boolean =>
        rrsets.some((one) => formatName(one.owner) === name && formatType(one.type) === type);
      /** Where authority ends on the way down to a name. */
      const findCut = (name: string): string => {
        const labels = name
          .slice(0, -apex.length)
          .split(".")
          .filter((label) => label !== "");
        for (let from = labels.length; from >= 0; from--) {
          const above = [...labels.slice(from).map((label) => `${label}.`), apex].join("");
          const isApex = from === labels.length;
          if (!isApex && !above.startsWith("*.") && owns(above, "NS")) return above;
          if (above !== name && owns(above, "DNAME")) return above;
        }
        return "";
      };
      const segment = compile(zone);
      for (const [text, name] of names) {
        expect(describeName(segment, zone.apex, name)).toMatchObject({
          name: text,
          cut: findCut(text),
          wildcard: names.has(`*.${text}`) ? `*.${text}` : "",
          ownsDname: owns(text, "DNAME") && findCut(text) === "",
        });
      }
      expect([...names].every(([, name]) => name.length > 0)).toBe(true);
    }),
  );
});

test("compileSegment() counts names with data, and records", () => {
  const { zone } = loadMaster(`${MASTER_HEAD}a.b A 192.0.2.1\na.b A 192.0.2.2\n* TXT x\n`);
  const compiled = compileSegment(zone!, () => ({ classes: [] }));
  const rrsets = listStatics(zone!);
  const owners = new Set(rrsets.map(({ owner: name }) => formatName(name)));
  expect(compiled.names).toBe(owners.size);
  expect(compiled.records).toBe(rrsets.reduce((sum, one) => sum + one.rdata.length, 0));
});

test("compileSegment() asks for a turn by name, type and values, and for none where there is one record", () => {
  const turnsOf = (records: string): readonly number[] => {
    const { zone } = loadMaster(`${MASTER_HEAD}${records}\n`);
    return [...compileSegment(zone!, () => ({ classes: [] })).turns.keys];
  };
  const [head] = [turnsOf("")];
  const two = turnsOf("a A 192.0.2.1\na A 192.0.2.2").slice(head.length);
  expect(two).toHaveLength(1);
  expect(turnsOf("a A 192.0.2.1").length).toBe(head.length);
  expect(turnsOf("a 60 A 192.0.2.1\na 60 A 192.0.2.2").slice(head.length)).toEqual(two);
  for (const other of [
    "b A 192.0.2.1\nb A 192.0.2.2",
    "a A 192.0.2.1\na A 192.0.2.3",
    "a A 192.0.2.2\na A 192.0.2.1",
    "a TXT x\na TXT y",
    "a TXT xy z\na TXT x yz",
  ]) {
    expect(turnsOf(other).slice(head.length)).not.toEqual(two);
  }
});
