import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPartFiles } from "./part-files.ts";

let folder: string;
let zones: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-parts-"));
  zones = join(folder, "zones");
  await mkdir(join(zones, "inc"), { recursive: true });
  await writeFile(join(folder, "secret"), "secret");
  await writeFile(join(zones, "inc/a.db"), "a");
});
afterEach(() => rm(folder, { recursive: true }));

const read = (name: string, from = "a.zone"): string => {
  const part = createPartFiles(join(zones, "a.zone"), zones, undefined).read(
    name,
    join(zones, from),
  );
  return typeof part === "string" ? part : `${part.file.slice(zones.length + 1)}: ${part.octets}`;
};

it("createPartFiles() reads files beside and below the one that names them", () => {
  expect(read("inc/a.db")).toBe("inc/a.db: a");
  expect(read("a.db", "inc/b.db")).toBe("inc/a.db: a");
  expect(read("../inc/a.db", "inc/b.db")).toBe("inc/a.db: a");
  expect(read(join(zones, "inc/a.db"))).toBe("inc/a.db: a");
  expect(read("no.db")).toBe(`there is no file ${join(zones, "no.db")}`);
});

it("createPartFiles() reads nothing outside of the folder, by name or by link", async () => {
  await symlink(join(folder, "secret"), join(zones, "link.db"));
  await symlink(folder, join(zones, "up"));
  await symlink(join(zones, "inc/a.db"), join(zones, "inside.db"));
  await mkdir(join(folder, "zones2"));
  await writeFile(join(folder, "zones2/a.db"), "a");
  for (const name of ["../secret", "inc/../../secret", "../zones2/a.db", "..", "."]) {
    expect(read(name), name).toContain("it lies outside of the folder");
  }
  expect(read(join(folder, "secret"))).toContain("it lies outside of the folder");
  expect(read("link.db")).toContain("it is a symbolic link to");
  expect(read("up/secret")).toContain("it is a symbolic link to");
  expect(read("inside.db")).toBe("inside.db: a");
});

it("createPartFiles() reads no directories and devices", async () => {
  expect(read("inc")).toBe("it is a directory, not a regular file");
});

it("createPartFiles() remembers what was read, and when that was changed", () => {
  const parts = createPartFiles(join(zones, "a.zone"), zones, undefined);
  expect(parts.changedAt()).toBe(0);
  for (const name of ["inc/a.db", "no.db", "inc/a.db"]) parts.read(name, join(zones, "a.zone"));
  expect(parts.states()).toEqual([
    { path: join(zones, "inc/a.db"), fingerprint: expect.stringMatching(/^\d+:\d+:1:\d+$/) },
    { path: join(zones, "no.db"), fingerprint: undefined },
  ]);
  expect(parts.contents().map(({ octets }) => String(octets))).toEqual(["a"]);
  expect(Math.abs(parts.changedAt() - Date.now() / 1000)).toBeLessThan(60);
});

it("createPartFiles() of a copy reads nothing else", () => {
  const copy = { main: Buffer.of(), parts: new Map([["inc/a.db", Buffer.from("old")]]) };
  const parts = createPartFiles("elsewhere/a.zone", "", copy);
  expect(parts.read("inc/a.db", "elsewhere/a.zone")).toEqual({
    file: "elsewhere/inc/a.db",
    octets: Buffer.from("old"),
  });
  expect(parts.read("a.db", "elsewhere/a.zone")).toBe("the last good copy lacks it");
});
