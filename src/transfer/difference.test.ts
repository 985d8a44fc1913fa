import fc from "fast-check";
import { expect, test } from "vitest";
import { prepareStatic } from "../loader/prepare-static.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName, parseName } from "../wire/name.ts";
import { TYPE_A, TYPE_MX, TYPE_NS, TYPE_SOA, TYPE_TXT } from "../wire/rr-types.ts";
import type { RRset } from "../zone/model.ts";
import { compareContents, condense, type Difference } from "./difference.ts";
import { Journal, JournalSpace } from "./journal.ts";
import type { RecordList } from "./record-list.ts";
import { ZoneContent } from "./zone-content.ts";

const apex = name("example.");

function name(text: string): Uint8Array {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
}

/** A few names and few contents, so that versions have much in common; `@` is the apex, `sub` a cut with data below. */
const rrsets = fc.uniqueArray(
  fc.record({
    owner: fc.constantFrom(
      "example.",
      "a.example.",
      "b.a.example.",
      "*.example.",
      "sub.example.",
      "x.sub.example.",
    ),
    type: fc.constantFrom(TYPE_A, TYPE_TXT, TYPE_MX, TYPE_NS),
    ttl: fc.constantFrom(60, 300),
    values: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
  }),
  { selector: ({ owner, type }) => `${owner} ${type}`, maxLength: 12 },
);
type Written = typeof rrsets extends fc.Arbitrary<infer T> ? T : never;

function rdataOf(type: number, value: number): Uint8Array {
  const target = name(["a.example.", "A.example.", "example.", "other.test."][value]!);
  switch (type) {
    case TYPE_A:
      return Uint8Array.of(192, 0, 2, value);
    case TYPE_TXT:
      return Uint8Array.of(2, 0x41, 0x30 + value);
    case TYPE_MX:
      return Uint8Array.of(0, 10, ...target);
    default:
      return target;
  }
}

function contentOf(serial: number, written: Written): ZoneContent {
  const soa = new Uint8Array(22);
  new DataView(soa.buffer).setUint32(2, serial);
  const records: RRset[] = written.map(({ owner, type, ttl, values }) => ({
    owner: name(owner),
    type,
    ttl,
    rdata: values.map((value) => rdataOf(type, value)),
    answers: undefined,
  }));
  const zone = {
    apex,
    rrsets: [
      { owner: apex, type: TYPE_SOA, ttl: 60, rdata: [soa], answers: undefined },
      ...records,
    ],
    steered: [],
    pools: [],
    datacenters: [],
    networks: [],
    serial,
    negativeTtl: 60,
  };
  return new ZoneContent(prepareStatic(zone), []);
}

/** All records but the SOA, one line each. */
function linesOf(content: ZoneContent): string[] {
  return [...content.rrsets()].flatMap(({ owner, type, ttl, rdata }) =>
    rdata.map((data) => toLine({ owner, type, ttl, rdata: data })),
  );
}

function toLine({
  owner,
  type,
  ttl,
  rdata,
}: {
  owner: Uint8Array;
  type: number;
  ttl: number;
  rdata: Uint8Array;
}): string {
  return `${formatName(owner)} ${ttl} ${type} ${formatRdata(type, rdata)}`;
}

function compare(before: ZoneContent, after: ZoneContent, most = 1e6): Difference | undefined {
  const comparison = compareContents(before, after, most);
  for (;;) {
    const { done, value } = comparison.next();
    if (done === true) return value;
  }
}

/** As a secondary does: what goes must be there, what comes must not. */
function apply(lines: readonly string[], { removed, added }: Difference): string[] {
  const records = new Set(lines);
  expect(records.size).toBe(lines.length);
  const linesIn = (list: RecordList): string[] => [...list].map(toLine);
  for (const line of linesIn(removed)) expect(records.delete(line), `${line} was there`).toBe(true);
  for (const line of linesIn(added)) {
    expect(records.has(line), `${line} was not there`).toBe(false);
    records.add(line);
  }
  return [...records].toSorted();
}

test("compareContents() tells what makes one version of the other, and nothing twice", () => {
  fc.assert(
    fc.property(rrsets, rrsets, (first, second) => {
      const [before, after] = [contentOf(1, first), contentOf(2, second)];
      const difference = compare(before, after)!;
      expect(apply(linesOf(before), difference)).toEqual(linesOf(after).toSorted());
      expect(compare(after, contentOf(3, second))).toMatchObject({
        removed: { count: 0 },
        added: { count: 0 },
      });
      const common = new Set(linesOf(before).filter((line) => linesOf(after).includes(line)));
      for (const list of [difference.removed, difference.added]) {
        for (const record of list) expect(common).not.toContain(toLine(record));
      }
    }),
  );
});

test("condense() comes to the same as all differences one after the other", () => {
  fc.assert(
    fc.property(fc.array(rrsets, { minLength: 2, maxLength: 5 }), (versions) => {
      const contents = versions.map((written, i) => contentOf(i, written));
      const differences = contents.slice(1).map((after, i) => compare(contents[i]!, after)!);
      const first = linesOf(contents[0]!);
      const last = linesOf(contents.at(-1)!).toSorted();
      const condensed = condense(differences);
      expect(apply(first, condensed)).toEqual(last);
      // It is the shortest: what the comparison of the first and the last would tell.
      const direct = compare(contents[0]!, contents.at(-1)!)!;
      expect(condensed.removed.count + condensed.added.count).toBe(
        direct.removed.count + direct.added.count,
      );
    }),
  );
});

test("compareContents() gives up on what is more than may be", () => {
  const before = contentOf(1, []);
  const after = contentOf(2, [{ owner: "a.example.", type: TYPE_A, ttl: 60, values: [1, 2, 3] }]);
  expect(compare(before, after, 50)).toBeUndefined();
  expect(compare(after, before, 50)).toBeUndefined();
  expect(compare(before, after, 1000)).toBeDefined();
});

const small = (serial: number): ZoneContent =>
  contentOf(serial, [{ owner: "a.example.", type: TYPE_A, ttl: 60, values: [serial % 4] }]);

function add(journal: Journal, from: number, to: number): void {
  journal.add(small(from), small(to), compare(small(from), small(to)));
}

test("Journal leads from each version it knows to the last, and from no other", () => {
  const journal = new Journal(new JournalSpace());
  for (const serial of [1, 2, 3]) add(journal, serial, serial + 1);
  expect(journal.find(1, 4)?.from.rdata[0]).toEqual(small(1).soa.rdata[0]);
  expect(apply(linesOf(small(2)), journal.find(2, 4)!)).toEqual(linesOf(small(4)));
  expect(journal.find(4, 4)).toBeUndefined();
  expect(journal.find(0, 4)).toBeUndefined();
  expect(journal.find(1, 3)).toBeUndefined();
  // One is missing: what was before leads nowhere.
  add(journal, 6, 7);
  expect(journal.find(3, 7)).toBeUndefined();
  expect(journal.find(6, 7)).toBeDefined();
  journal.add(small(7), small(8), undefined);
  expect(journal.find(6, 8)).toBeUndefined();
  expect(journal.octets).toBe(0);
});

test("Journal forgets the oldest versions", () => {
  const journal = new Journal(new JournalSpace());
  for (let serial = 1; serial <= 150; serial++) add(journal, serial, serial + 1);
  expect(journal.find(50, 151)).toBeUndefined();
  expect(journal.find(51, 151)).toBeDefined();
});

test("JournalSpace makes room at the expense of what has not changed for longest", () => {
  const space = new JournalSpace(5000);
  const [idle, busy] = [new Journal(space), new Journal(space)];
  for (let serial = 1; serial <= 4; serial++) add(idle, serial, serial + 1);
  expect(idle.find(1, 5)).toBeDefined();
  for (let serial = 1; serial <= 5; serial++) add(busy, serial, serial + 1);
  expect(busy.find(1, 6)).toBeDefined();
  expect(idle.find(1, 5)).toBeUndefined();
  expect(idle.find(4, 5)).toBeDefined();
  for (let serial = 6; serial <= 40; serial++) add(busy, serial, serial + 1);
  expect(idle.octets).toBe(0);
  expect(idle.octets + busy.octets).toBeLessThanOrEqual(5000);
  expect(busy.find(40, 41)).toBeDefined();
});
