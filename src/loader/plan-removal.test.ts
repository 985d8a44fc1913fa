import { expect, test } from "vitest";
import { createFileIssue } from "../config/issue.ts";
import { planRemoval } from "./plan-removal.ts";
import type { FileState, LoadedZone } from "./resolve-zones.ts";

const BROKEN = [createFileIssue("a.yaml", "error", "Broken")];

function zoneOf(name: string, file: string): LoadedZone {
  // What is inside a zone does not matter here.
  return { name, file, origin: "file", warnings: [], prepared: {} as LoadedZone["prepared"] };
}

function fileOf(claim: LoadedZone, more: Partial<FileState> = {}): FileState {
  return { file: claim.file, claim, isGone: false, errors: [], massChangeOf: undefined, ...more };
}

const a = zoneOf("a.", "a.yaml");
const served = new Map([["a.", a]]);

test("planRemoval() removes a zone once whose file is gone", () => {
  const plan = planRemoval(["a.", "a."], [fileOf(a, { isGone: true })], served);
  expect(plan).toEqual({ removed: [a], kept: [] });
});

test("planRemoval() removes a zone whose file defines another one now", () => {
  const { removed } = planRemoval(["a."], [fileOf(zoneOf("b.", "a.yaml"))], served);
  expect(removed).toEqual([a]);
});

test("planRemoval() keeps what a file still defines, good or bad, and wherever it is", () => {
  const reasonFor = (...files: FileState[]): string | undefined => {
    const { removed, kept } = planRemoval(["a."], files, served);
    expect(removed).toEqual([]);
    return kept[0]?.reason;
  };
  expect(reasonFor(fileOf(a))).toBe("a.yaml still defines it: delete the file first");
  expect(reasonFor(fileOf(a, { errors: BROKEN }))).toBe(
    "its file a.yaml is still there, though refused: delete the file first",
  );
  const moved = fileOf(zoneOf("a.", "new.yaml"));
  expect(reasonFor(fileOf(a, { isGone: true }), moved)).toContain("new.yaml");
  const held = { ...moved, claim: undefined, errors: BROKEN, massChangeOf: "a." };
  expect(reasonFor(fileOf(a, { isGone: true }), held)).toContain("new.yaml");
});

test("planRemoval() tells what is not served from what is", () => {
  const { removed, kept } = planRemoval(["b.", "a."], [fileOf(a, { isGone: true })], served);
  expect(removed).toEqual([a]);
  expect(kept).toEqual([{ zone: "b.", reason: "it is not served" }]);
});
