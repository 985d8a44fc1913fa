/**
 * Which files are zone files, and what they look like from outside: names, fingerprints and reasons to refuse them.
 * Reads no content.
 */
import type { BigIntStats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { ZoneSource } from "../config/server-file.ts";
import { DEFAULT_YAML_LIMITS } from "../config/yaml-limits.ts";
import { isMasterFile, MAX_MASTER_OCTETS } from "../zone/master/master-file.ts";
import { forEachParallel } from "./for-each-parallel.ts";

/** What tells one state of a file from another without reading it. */
export interface ZoneFileStat {
  /** As the source has it: folder and name joined, or the path the operator wrote. */
  readonly path: string;
  /** Device, inode, size and time of change in nanoseconds; equal for a file nobody touched. */
  readonly fingerprint: string;
  /** Octets. */
  readonly size: number;
  /** Seconds since 1970 of the last change of content. */
  readonly changedAt: number;
  readonly isSymlink: boolean;
  /** Why it is not read, if it is not. */
  readonly refusal: string | undefined;
  /** Others than its owner may write it. */
  readonly isWritableByOthers: boolean;
}

/** Zone files end with one of these. */
const EXTENSIONS = [".yaml", ".yml", ".zone"];

/** The largest zone file in YAML that is read, in octets. */
export const MAX_ZONE_FILE_BYTES: number = DEFAULT_YAML_LIMITS.bytes;

/** The largest zone file of this name that is read, in octets: master files take a hundredth of the work. */
export function limitFor(path: string): number {
  return isMasterFile(path) ? MAX_MASTER_OCTETS : MAX_ZONE_FILE_BYTES;
}

/** `stat` calls under way at one time: the thread pool has four threads, a few more keep it busy. */
export const PARALLEL_STATS = 16;

/** Whether a folder's entry of this name is a zone file: `.yaml`, `.yml` or `.zone`, and no dotfile. */
export function isZoneFileName(name: string): boolean {
  return !name.startsWith(".") && EXTENSIONS.some((extension) => name.endsWith(extension));
}

/**
 * Looks at every zone file of the source, in the order of their names; files that are not there are left out.
 *
 * @param mostOctets the largest file that is not refused; undefined: as its name says
 * @param onDangling told of symbolic links to what is not there
 * @throws Error for people if the folder cannot be listed
 */
export async function listZoneFiles(
  source: ZoneSource,
  mostOctets?: number,
  onDangling?: (path: string) => void,
): Promise<ZoneFileStat[]> {
  const paths = await listPaths(source);
  const found = await statAll(paths, rootOf(source), mostOctets, onDangling);
  return found.filter((file) => file !== undefined);
}

/** Whether the source has a zone file at this path, if there is any. */
export function isZoneFile(source: ZoneSource, path: string): boolean {
  if (source.kind === "files") return source.paths.includes(path);
  return path === join(source.path, basename(path)) && isZoneFileName(basename(path));
}

/** Looks at one zone file; undefined if it is not there. */
export async function statZoneFile(
  source: ZoneSource,
  path: string,
): Promise<ZoneFileStat | undefined> {
  const root = rootOf(source);
  return lookAt(path, root === undefined ? undefined : await realpath(root));
}

/** The directories that must be watched to hear of changes, as the source writes them. */
export function directoriesOf(source: ZoneSource): string[] {
  if (source.kind === "folder") return [resolve(source.path)];
  return [...new Set(source.paths.map((file) => dirname(resolve(file))))];
}

/** The folder that the files which a zone file draws in must lie in: the zones folder, or that of a listed file. */
export function folderOf(source: ZoneSource, path: string): string {
  return source.kind === "folder" ? source.path : dirname(path);
}

/** Looks at a file that zone files draw in; undefined if it is not there. Whether it may be read is decided by who does. */
export function statPart(path: string): Promise<ZoneFileStat | undefined> {
  return lookAt(path, undefined, MAX_MASTER_OCTETS);
}

/** What messages call the source as a whole. */
export function sourceName(source: ZoneSource): string {
  return source.kind === "folder" ? source.path : source.paths.join(", ");
}

async function listPaths(source: ZoneSource): Promise<string[]> {
  if (source.kind === "files") return [...source.paths];
  const names = await readdir(source.path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(explainFolder(error, source.path));
  });
  return names
    .filter(isZoneFileName)
    .sort()
    .map((name) => join(source.path, name));
}

function explainFolder({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === "ENOENT") return "No such folder";
  if (code !== "ENOTDIR") return message;
  const list = `zones: [${path}]`;
  return `Not a folder: to check one file, leave out --zones; to serve it, list it in the server file, ${list}`;
}

/** Symbolic links of a folder must stay inside it; files that the operator named may be links to anywhere. */
function rootOf(source: ZoneSource): string | undefined {
  return source.kind === "folder" ? source.path : undefined;
}

async function statAll(
  paths: readonly string[],
  root: string | undefined,
  mostOctets: number | undefined,
  onDangling?: (path: string) => void,
): Promise<(ZoneFileStat | undefined)[]> {
  const realRoot = root === undefined ? undefined : await realpath(root);
  const results = new Array<ZoneFileStat | undefined>(paths.length);
  await forEachParallel(paths, PARALLEL_STATS, async (path, i) => {
    results[i] = await lookAt(path, realRoot, mostOctets, onDangling);
  });
  return results;
}

async function lookAt(
  path: string,
  realRoot: string | undefined,
  most: number = limitFor(path),
  onDangling: (path: string) => void = () => undefined,
): Promise<ZoneFileStat | undefined> {
  let isLink = false;
  try {
    const entry = await lstat(path, { bigint: true });
    isLink = entry.isSymbolicLink();
    if (!isLink) return describe(path, entry, false, refusalOf(entry, most));
    const target = await realpath(path);
    const file = await stat(path, { bigint: true });
    const isOutside = realRoot !== undefined && !target.startsWith(realRoot + sep);
    const refusal = isOutside
      ? `it is a symbolic link to ${target}, outside the zones folder`
      : refusalOf(file, most);
    return describe(path, file, true, refusal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      if (isLink) onDangling(path);
      return undefined;
    }
    return {
      path,
      fingerprint: `unreadable ${code}`,
      size: 0,
      changedAt: 0,
      isSymlink: false,
      refusal: `it cannot be looked at: ${(error as Error).message}`,
      isWritableByOthers: false,
    };
  }
}

function describe(
  path: string,
  file: BigIntStats,
  isSymlink: boolean,
  refusal: string | undefined,
): ZoneFileStat {
  return {
    path,
    fingerprint: fingerprintOf(file),
    size: Number(file.size),
    changedAt: Number(file.mtimeMs / 1000n),
    isSymlink,
    refusal,
    isWritableByOthers: isWritableByOthers(file),
  };
}

/** A group of the owner's own name and number, as Debian and Ubuntu give every user (umask 002), is nobody else. */
function isWritableByOthers({ mode, uid, gid }: BigIntStats): boolean {
  return (mode & 0o002n) !== 0n || ((mode & 0o020n) !== 0n && uid !== gid);
}

/** See `ZoneFileStat.fingerprint`. */
export function fingerprintOf(file: BigIntStats): string {
  return `${file.dev}:${file.ino}:${file.size}:${file.mtimeNs}`;
}

/** Why a file of this kind and size is not read; undefined if it is. */
export function refusalOf(file: BigIntStats, mostOctets: number): string | undefined {
  if (!file.isFile()) return `it is ${kindOf(file)}, not a regular file`;
  if (file.size > mostOctets) {
    return `it has ${file.size} octets, more than the ${mostOctets} allowed`;
  }
  return undefined;
}

function kindOf(file: BigIntStats): string {
  if (file.isDirectory()) return "a directory";
  if (file.isFIFO()) return "a FIFO";
  if (file.isSocket()) return "a socket";
  return "a device";
}
