import { beforeEach, expect, test } from "vitest";
import { type ChangeTracker, createChangeTracker, type Look, QUIET_MS } from "./change-tracker.ts";
import type { ZoneFileStat } from "./zone-folder.ts";

const PATH = "zones/a.yaml";
let tracker: ChangeTracker;

beforeEach(() => {
  tracker = createChangeTracker();
});

function file(fingerprint: string, changes: Partial<ZoneFileStat> = {}): ZoneFileStat {
  return {
    path: PATH,
    fingerprint,
    size: 10,
    changedAt: 0,
    isSymlink: false,
    refusal: undefined,
    isWritableByOthers: false,
    ...changes,
  };
}

function look(seen: ZoneFileStat | undefined, nowMs: number): Look {
  return tracker.look([{ path: PATH, file: seen }], nowMs);
}

test("look() reads a file that was renamed into place at once", () => {
  tracker.markHandled(file("old"));
  tracker.noteEvent(PATH, "rename", 0);
  expect(look(file("new"), 1).toRead).toEqual([file("new")]);
  expect(look(file("new"), 2)).toEqual({
    toRead: [],
    gone: [],
    lookAgainAt: undefined,
    unfinished: [],
  });
});

test("look() reads a file that is written in place after a second without change", () => {
  tracker.noteEvent(PATH, "rename", 0);
  tracker.noteEvent(PATH, "change", 0);
  expect(look(file("1"), 100)).toMatchObject({ toRead: [], lookAgainAt: 100 + QUIET_MS });
  expect(look(file("2"), 900)).toMatchObject({ toRead: [], lookAgainAt: 900 + QUIET_MS });
  expect(look(file("2"), 900 + QUIET_MS - 1).toRead).toEqual([]);
  expect(look(file("2"), 900 + QUIET_MS).toRead).toEqual([file("2")]);
});

test("look() starts the second anew at an event, even if the file looks the same", () => {
  tracker.noteEvent(PATH, "change", 0);
  look(file("1"), 100);
  tracker.noteEvent(PATH, "change", 600);
  expect(look(file("1"), 100 + QUIET_MS)).toMatchObject({
    toRead: [],
    lookAgainAt: 600 + QUIET_MS,
  });
  expect(look(file("1"), 600 + QUIET_MS).toRead).toHaveLength(1);
});

test("look() waits for the writer of a file that was created a moment ago and is empty", () => {
  tracker.noteEvent(PATH, "rename", 0);
  expect(look(file("empty", { size: 0 }), 100).toRead).toEqual([]);
  tracker.noteEvent(PATH, "change", 200);
  expect(look(file("half"), 300).toRead).toEqual([]);
  expect(look(file("half"), 300 + QUIET_MS).toRead).toEqual([file("half")]);
});

test("look() treats a change that no event told of as written in place", () => {
  tracker.markHandled(file("old"));
  expect(look(file("new"), 0).toRead).toEqual([]);
  expect(look(file("new"), QUIET_MS).toRead).toEqual([file("new")]);
});

test("look() reads links at once when they were switched together, and files not", () => {
  tracker.noteSwap();
  const link = file("new", { isSymlink: true });
  expect(look(link, 0).toRead).toEqual([link]);
  tracker.noteSwap();
  expect(look(file("newer"), 1).toRead).toEqual([]);
});

test("look() reports a file as gone only after a second, so that an editor may replace it", () => {
  tracker.markHandled(file("old"));
  tracker.noteEvent(PATH, "rename", 0);
  expect(look(undefined, 0).gone).toEqual([]);
  tracker.noteEvent(PATH, "rename", 100);
  expect(look(file("new"), 200).toRead).toHaveLength(1);
  look(undefined, 300);
  expect(look(undefined, 300 + QUIET_MS).gone).toEqual([PATH]);
  expect(look(undefined, 301 + QUIET_MS).gone).toEqual([]);
  expect(tracker.knownPaths()).toEqual([]);
});

test("look() reports a refused file at once and once", () => {
  const fifo = file("fifo", { refusal: "it is a FIFO" });
  expect(look(fifo, 0).toRead).toEqual([fifo]);
  expect(look(fifo, 5000).toRead).toEqual([]);
});

test("look() forgets a change that was taken back before it was read", () => {
  tracker.markHandled(file("old"));
  look(file("new"), 0);
  expect(look(file("old"), 500)).toMatchObject({ toRead: [], lookAgainAt: undefined });
  expect(look(file("new"), 1100).toRead).toEqual([]);
});
