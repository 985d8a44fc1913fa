import { expect, test } from "vitest";
import { createFileIssue } from "../config/issue.ts";
import type { PreparedZone } from "./prepare-zone.ts";
import { type FileState, type LoadedZone, resolveZones } from "./resolve-zones.ts";

function zone(name: string, file: string): LoadedZone {
  return { name, file, prepared: {} as PreparedZone, origin: "file", warnings: [] };
}

function holding(claim: LoadedZone): FileState {
  return { file: claim.file, claim, isGone: false, errors: [], massChangeOf: undefined };
}

function bad(file: string, claim: LoadedZone | undefined): FileState {
  return {
    file,
    claim,
    isGone: false,
    errors: [createFileIssue(file, "error", "Broken")],
    massChangeOf: undefined,
  };
}

function serving(...zones: LoadedZone[]): Map<string, LoadedZone> {
  return new Map(zones.map((loaded) => [loaded.name, loaded]));
}

test("resolveZones() serves what every file holds, and reports only what is new", () => {
  const a = zone("a.", "a.yaml");
  const b = zone("b.", "b.yaml");
  const resolved = resolveZones([holding(a), holding(b)], serving(a));
  expect([...resolved.served.values()]).toEqual([a, b]);
  expect(resolved.changed).toEqual([b]);
  expect(resolved.problems).toEqual([]);
});

test("resolveZones() keeps the last good zone of a file that is bad, and says so", () => {
  const a = zone("a.", "a.yaml");
  const resolved = resolveZones([bad("a.yaml", a)], serving(a));
  expect(resolved.served.get("a.")).toBe(a);
  expect(resolved.changed).toEqual([]);
  expect(resolved.problems).toMatchObject([{ kind: "refused", file: "a.yaml", zone: "a." }]);
});

test("resolveZones() has no zone to name for a bad file that never was good", () => {
  const { problems } = resolveZones([bad("a.yaml", undefined)], serving());
  expect(problems).toMatchObject([{ kind: "refused", zone: undefined }]);
});

test("resolveZones() keeps the zone of a file that is gone, and says so", () => {
  const a = zone("a.", "a.yaml");
  const resolved = resolveZones([{ ...holding(a), isGone: true }], serving(a));
  expect(resolved.served.get("a.")).toBe(a);
  expect(resolved.problems).toMatchObject([{ kind: "gone", file: "a.yaml", zone: "a." }]);
});

test("resolveZones() lets a zone move to another file when its own is gone", () => {
  const before = zone("a.", "a.yaml");
  const after = zone("a.", "renamed.yaml");
  const resolved = resolveZones(
    [{ ...holding(before), isGone: true }, holding(after)],
    serving(before),
  );
  expect(resolved.served.get("a.")).toBe(after);
  expect(resolved.problems).toEqual([]);
});

test("resolveZones() names both files of a zone and replaces nothing", () => {
  const before = zone("a.", "a.yaml");
  const edited = zone("a.", "a.yaml");
  const rival = zone("a.", "b.yaml");
  const resolved = resolveZones([holding(edited), holding(rival)], serving(before));
  expect(resolved.served.get("a.")).toBe(before);
  expect(resolved.changed).toEqual([]);
  expect(resolved.problems).toMatchObject([
    { kind: "duplicate", file: "a.yaml", zone: "a." },
    { kind: "duplicate", file: "b.yaml", zone: "a." },
  ]);
  expect(resolved.problems[0]?.issues[0]?.message).toContain("b.yaml");
  expect(resolved.problems[1]?.issues[0]?.message).toContain("a.yaml");
});

test("resolveZones() serves none of two files for one zone if neither was served", () => {
  const resolved = resolveZones(
    [holding(zone("a.", "a.yaml")), holding(zone("a.", "b.yaml"))],
    serving(),
  );
  expect(resolved.served.size).toBe(0);
  expect(resolved.problems.map((problem) => problem.zone)).toEqual([undefined, undefined]);
});

test("resolveZones() does not let another file take the zone of a bad one", () => {
  const before = zone("a.", "a.yaml");
  const resolved = resolveZones(
    [bad("a.yaml", before), holding(zone("a.", "b.yaml"))],
    serving(before),
  );
  expect(resolved.served.get("a.")).toBe(before);
  expect(resolved.problems.map((problem) => problem.kind).toSorted()).toEqual([
    "duplicate",
    "duplicate",
    "refused",
  ]);
});

test("resolveZones() keeps a zone that its file no longer defines beside the one it defines now", () => {
  const before = zone("a.", "a.yaml");
  const after = zone("b.", "a.yaml");
  const resolved = resolveZones([holding(after)], serving(before));
  expect([...resolved.served.keys()]).toEqual(["a.", "b."]);
  expect(resolved.problems).toMatchObject([{ kind: "gone", zone: "a." }]);
});
