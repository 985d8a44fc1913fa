import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readZoneFile } from "./read-zone-file.ts";
import {
  isZoneFileName,
  listZoneFiles,
  MAX_ZONE_FILE_BYTES,
  statZoneFile,
  type ZoneFileStat,
} from "./zone-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-folder-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function list(): Promise<ZoneFileStat[]> {
  return listZoneFiles({ kind: "folder", path: folder });
}

async function find(name: string): Promise<ZoneFileStat> {
  const found = (await list()).find((file) => basename(file.path) === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

test.each([
  ["a.yaml", true],
  ["a.yml", true],
  ["example.com.zone", true],
  [".a.yaml", false],
  ["..data", false],
  ["a.yaml~", false],
  ["a.yaml.new", false],
  ["README.md", false],
])("isZoneFileName() of %s is %s", (name, expected) => {
  expect(isZoneFileName(name)).toBe(expected);
});

test("listZoneFiles() lists zone files in the order of their names and nothing else", async () => {
  for (const name of ["b.yml", "a.yaml", "c.zone", ".d.yaml", "notes.txt"]) {
    await writeFile(join(folder, name), "x");
  }
  const files = await list();
  expect(files.map((file) => basename(file.path))).toEqual(["a.yaml", "b.yml", "c.zone"]);
  expect(files.map((file) => file.refusal)).toEqual([undefined, undefined, undefined]);
});

test("listZoneFiles() looks at thousands of files", async () => {
  const names = Array.from({ length: 3000 }, (_, i) => `zone-${i}.yaml`);
  for (const name of names) await writeFile(join(folder, name), name);
  const files = await list();
  expect(files.map((file) => basename(file.path))).toEqual(names.toSorted());
  expect(files.every((file) => file.size === basename(file.path).length)).toBe(true);
});

test("listZoneFiles() refuses what is not a regular file, and reading it never waits", async () => {
  execFileSync("mkfifo", [join(folder, "fifo.yaml")]);
  await mkdir(join(folder, "folder.yaml"));
  await symlink("/dev/zero", join(folder, "device.yaml"));
  expect((await find("fifo.yaml")).refusal).toBe("it is a FIFO, not a regular file");
  expect((await find("folder.yaml")).refusal).toBe("it is a directory, not a regular file");
  expect((await find("device.yaml")).refusal).toMatch(
    /^it is a symbolic link to \/dev\/zero, outside/,
  );
  expect(readZoneFile(join(folder, "fifo.yaml"))).toEqual({
    kind: "refused",
    reason: "it is a FIFO, not a regular file",
  });
  expect(readZoneFile("/dev/zero")).toMatchObject({ kind: "refused" });
});

test("listZoneFiles() refuses a file above the limit and accepts one at it", async () => {
  const path = join(folder, "big.yaml");
  await writeFile(path, "");
  await truncate(path, MAX_ZONE_FILE_BYTES);
  expect((await find("big.yaml")).refusal).toBeUndefined();
  await truncate(path, MAX_ZONE_FILE_BYTES + 1);
  expect((await find("big.yaml")).refusal).toContain(`${MAX_ZONE_FILE_BYTES + 1} octets`);
  expect(readZoneFile(path)).toMatchObject({ kind: "refused" });
});

test("listZoneFiles() follows links inside the folder, as a ConfigMap has them, and refuses others", async () => {
  const outside = await mkdtemp(join(tmpdir(), "rondo-outside-"));
  await mkdir(join(folder, "..v1"));
  await writeFile(join(folder, "..v1", "a.yaml"), "one");
  await symlink("..v1", join(folder, "..data"));
  await symlink("..data/a.yaml", join(folder, "a.yaml"));
  await writeFile(join(outside, "b.yaml"), "two");
  await symlink(join(outside, "b.yaml"), join(folder, "b.yaml"));
  await symlink("nowhere.yaml", join(folder, "dangling.yaml"));

  const inside = await find("a.yaml");
  expect(inside).toMatchObject({ isSymlink: true, refusal: undefined, size: 3 });
  expect((await find("b.yaml")).refusal).toMatch(/outside the zones folder/);
  expect((await list()).map((file) => basename(file.path))).not.toContain("dangling.yaml");

  await mkdir(join(folder, "..v2"));
  await writeFile(join(folder, "..v2", "a.yaml"), "six");
  await symlink("..v2", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  expect((await find("a.yaml")).fingerprint).not.toBe(inside.fingerprint);
  await rm(outside, { recursive: true });
});

test("listZoneFiles() takes named files wherever their links lead, and leaves missing ones out", async () => {
  await writeFile(join(folder, "target"), "x");
  await symlink("target", join(folder, "named.yaml"));
  const paths = [join(folder, "named.yaml"), join(folder, "missing.yaml")];
  const files = await listZoneFiles({ kind: "files", paths });
  expect(files).toMatchObject([{ path: paths[0], refusal: undefined }]);
});

test("statZoneFile() tells a file that others may write", async () => {
  const path = join(folder, "a.yaml");
  await writeFile(path, "x");
  const source = { kind: "folder", path: folder } as const;
  await chmod(path, 0o644);
  expect((await statZoneFile(source, path))?.isWritableByOthers).toBe(false);
  await chmod(path, 0o646);
  expect((await statZoneFile(source, path))?.isWritableByOthers).toBe(true);
  await chmod(path, 0o664);
  const { uid, gid } = await stat(path);
  expect((await statZoneFile(source, path))?.isWritableByOthers).toBe(uid !== gid);
});

test("readZoneFile() reads the content with the fingerprint that a look shows", async () => {
  const path = join(folder, "a.yaml");
  await writeFile(path, "zone: example.com\n");
  const read = readZoneFile(path);
  if (read.kind !== "content") throw new Error(read.kind);
  expect(read.octets.toString()).toBe("zone: example.com\n");
  expect(read.fingerprint).toBe((await find("a.yaml")).fingerprint);
});

test("readZoneFile() says why a missing file is not read", () => {
  expect(readZoneFile(join(folder, "missing.yaml"))).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("ENOENT"),
  });
});

test("listZoneFiles() says what to do about a folder that is none", async () => {
  const file = join(folder, "a.yaml");
  await writeFile(file, "zone: a.example\n");
  const list = (path: string) => listZoneFiles({ kind: "folder", path });
  await expect(list(join(folder, "missing"))).rejects.toThrow(/^No such folder$/);
  await expect(list(file)).rejects.toThrow(
    `Not a folder: to check one file, leave out --zones; to serve it, list it in the server file, zones: [${file}]`,
  );
});
