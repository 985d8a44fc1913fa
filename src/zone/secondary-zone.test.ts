import { expect, test } from "vitest";
import { formatName } from "../wire/name.ts";
import { loadZone } from "./load-zone.ts";

function load(text: string): ReturnType<typeof loadZone> {
  return loadZone(text, { file: "zone.yaml", changedAt: 1 });
}

function messages(text: string): string[] {
  return load(text).issues.map(({ severity, line, message }) => `${line} ${severity}: ${message}`);
}

test("loadZone() reads where a secondary zone comes from", () => {
  const { zone, issues } = load(
    'zone: Example.net.\nsecondary: { primaries: [192.0.2.1, "[2001:db8::1]:5353"], key: Xfr-Key }\n',
  );
  expect(issues).toEqual([]);
  expect(formatName(zone!.apex)).toBe("example.net.");
  expect(zone!.rrsets).toEqual([]);
  expect(zone!.secondary).toEqual({
    primaries: [
      { address: "192.0.2.1", port: 53 },
      { address: "2001:db8::1", port: 5353 },
    ],
    key: "xfr-key.",
  });
});

test("loadZone() refuses records and their settings in a secondary zone", () => {
  expect(
    messages(
      "zone: example.net.\nsecondary: { primaries: 192.0.2.1 }\nttl: 60\npools: {}\nrecords: {}\n",
    ),
  ).toEqual([
    "3 error: ttl and secondary exclude each other: a secondary zone has all its records from its primaries",
    "4 error: pools and secondary exclude each other: a secondary zone has all its records from its primaries",
    "5 error: records and secondary exclude each other: a secondary zone has all its records from its primaries",
  ]);
});

test("loadZone() needs records where nothing says that they come from elsewhere", () => {
  expect(messages("zone: example.net.\n")).toEqual([
    '1 error: a zone file needs the key "records"',
  ]);
});

test("loadZone() says what is wrong with primaries and key", () => {
  expect(
    messages(
      'zone: example.net.\nsecondary:\n  primaries: [192.0.2.1:0, ns1.example.com]\n  key: "a..b"\n',
    ),
  ).toEqual([
    expect.stringContaining("3 error: primaries: "),
    expect.stringContaining("3 error: primaries: "),
    expect.stringContaining('4 error: key: "a..b" is no name of a key'),
  ]);
  expect(messages("zone: example.net.\nsecondary: { primaries: [] }\n")[0]).toContain(
    "primaries is an empty list",
  );
});

test("loadZone() warns of a primary that is listed twice, and keeps it once", () => {
  const text =
    "zone: example.net.\nsecondary: { primaries: [192.0.2.1, 192.0.2.2, 192.0.2.1:53] }\n";
  expect(messages(text)).toEqual([
    "2 warning: 192.0.2.1 port 53 is listed twice: it is asked once",
  ]);
  expect(load(text).zone!.secondary!.primaries.map(({ address }) => address)).toEqual([
    "192.0.2.1",
    "192.0.2.2",
  ]);
});
