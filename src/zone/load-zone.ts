/**
 * Zone files → checked zones. config/ says what a file may hold and where it does; this folder says what that means:
 * rdata, names, pools, rules, and what is wrong between records. Nothing here is on the route of a query.
 */

import type { Located } from "../config/decode.ts";
import { decodeUtf8 } from "../config/decode-utf8.ts";
import { createFileIssue, type Issue } from "../config/issue.ts";
import { IssueList } from "../config/issue-list.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { quote } from "../config/tree.ts";
import { decodeZone, NO_ZONE_SETTINGS } from "../config/zone-schema.ts";
import type { ZoneSettings } from "../config/zone-settings.ts";
import { lowerName, parseName } from "../wire/name.ts";
import { buildZone } from "./build-zone.ts";
import { DEFAULT_TTL } from "./default-ttls.ts";
import type { ImportSource } from "./import-records.ts";
import { isMasterFile } from "./master/master-file.ts";
import { CrowdedNamesError } from "./master/name-table.ts";
import { readMaster } from "./master/read-master.ts";
import type { Name, Zone } from "./model.ts";
import type { PartReader } from "./part-reader.ts";

export interface ZoneFile {
  /** Its path, as messages call it; the name of a plain octoDNS file's zone. */
  readonly file: string;
  /** The zone of a file that names none, instead of the file's name. */
  readonly defaultZone?: string;
  /**
   * When it or one of its parts was changed last, in seconds since 1970: the serial, if that is automatic. Asked for when all
   * parts have been read.
   */
  readonly changedAt: number;
  /** The files that it may draw in; undefined: none. */
  readonly parts?: PartReader;
  /** Serial in use for the zone; an automatic one is never below it. */
  readonly previousSerial?: number | undefined;
  /** Whether the server file names witnesses for health checks. */
  readonly references?: boolean;
  /** Whether a geo database of the server says which autonomous system an address is in; undefined: perhaps. */
  readonly knowsAsns?: boolean;
}

export interface LoadedZone {
  /** Undefined if and only if an issue is an error. */
  readonly zone: Zone | undefined;
  /** By place. */
  readonly issues: readonly Issue[];
}

/**
 * Reads a zone file: a master file if its name ends with `.zone`, YAML otherwise. Synchronous, never throws for what a file
 * may hold; the result can be cloned.
 *
 * @param content text, or UTF-8; octets of any kind in a master file
 */
export function loadZone(content: string | Uint8Array, source: ZoneFile): LoadedZone {
  try {
    return load(content, source);
  } catch (error) {
    if (!(error instanceof CrowdedNamesError)) throw error;
    const issue = createFileIssue(source.file, "error", `Not read: ${error.message}`);
    return { zone: undefined, issues: [issue] };
  }
}

function load(content: string | Uint8Array, source: ZoneFile): LoadedZone {
  if (isMasterFile(source.file)) {
    const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return loadMasterFile(octets, source);
  }
  const text = typeof content === "string" ? content : decodeUtf8(content, source.file);
  if (typeof text !== "string") return { zone: undefined, issues: [text] };
  const issues = new IssueList(source.file, text);
  const tree = parseYaml(text, issues);
  const settings = tree === undefined ? undefined : decodeZone(tree, issues);
  const apex = settings === undefined ? undefined : readApex(settings, source, issues);
  if (settings === undefined || apex === undefined) {
    return { zone: undefined, issues: issues.list() };
  }
  const imported = settings.import && readImport(settings.import, settings, apex, source, issues);
  const zone = buildZone(settings, apex, boundsOf(source), issues, imported);
  return { zone: issues.errors > 0 ? undefined : zone, issues: issues.list() };
}

function loadMasterFile(octets: Uint8Array, source: ZoneFile): LoadedZone {
  const { file, parts } = source;
  const issues = new IssueList(file, octets);
  const apex = readApex(NO_ZONE_SETTINGS, source, issues);
  if (apex === undefined) return { zone: undefined, issues: issues.list() };
  const table = readMaster({ file, octets, base: 0, fallbackTtl: undefined, parts }, apex, issues);
  const imported: ImportSource = { table, isWhole: true };
  const zone = buildZone(NO_ZONE_SETTINGS, apex, boundsOf(source), issues, imported);
  return { zone: issues.errors > 0 ? undefined : zone, issues: issues.list() };
}

/** The records of the file that `import` names; undefined if it cannot be read, which is then reported. */
function readImport(
  { value: name, place }: Located<string>,
  settings: ZoneSettings,
  apex: Name,
  { file, parts }: ZoneFile,
  issues: IssueList,
): ImportSource | undefined {
  const part = parts === undefined ? "files are not at hand here" : parts.read(name, file);
  if (typeof part === "string") {
    issues.error(place, `${quote(name)} cannot be imported: ${part}`);
    return undefined;
  }
  const base = issues.addSource(part.file, part.octets);
  const fallbackTtl = settings.ttl?.value ?? DEFAULT_TTL;
  const table = readMaster({ ...part, base, fallbackTtl, parts }, apex, issues);
  return { table, isWhole: false };
}

function boundsOf(source: ZoneFile): Parameters<typeof buildZone>[2] {
  return {
    changedAt: source.changedAt,
    previousSerial: source.previousSerial,
    references: source.references ?? false,
    knowsAsns: source.knowsAsns ?? true,
  };
}

/** The zone a file is about: what it says, or its name without folders and suffix. */
function readApex(settings: ZoneSettings, source: ZoneFile, issues: IssueList): Name | undefined {
  const base = source.file.replace(/^.*[/\\]/, "").replace(/\.(ya?ml|zone)$/i, "");
  const text = settings.zone?.value ?? source.defaultZone ?? base;
  const place = settings.zone?.place ?? { start: 0, end: 1 };
  const isEmpty = text === "" || text === "@";
  const parsed = parseName(text);
  if (parsed.ok && !isEmpty) return lowerName(parsed.name);
  const advice = isMasterFile(source.file)
    ? "call it example.com.zone"
    : "write zone: example.com.";
  const reason = parsed.ok ? `found ${quote(text)}` : parsed.error;
  issues.error(
    place,
    settings.zone === undefined
      ? `the file names no zone, and its own name is none: ${reason}; ${advice}`
      : `zone must be the name of the apex, like example.com.: ${reason}`,
  );
  return undefined;
}
