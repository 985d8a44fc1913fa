/**
 * Zone files → checked zones. config/ says what a file may hold and where it does; this folder says what that means:
 * rdata, names, pools, rules, and what is wrong between records. Nothing here is on the route of a query.
 */
import { createFileIssue, type Issue } from "../config/issue.ts";
import { IssueList } from "../config/issue-list.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { quote } from "../config/tree.ts";
import type { YamlLimits } from "../config/yaml-limits.ts";
import { DEFAULT_YAML_LIMITS } from "../config/yaml-limits.ts";
import { decodeZone } from "../config/zone-schema.ts";
import type { ZoneSettings } from "../config/zone-settings.ts";
import { lowerName, parseName } from "../wire/name.ts";
import { buildZone } from "./build-zone.ts";
import type { Name, Zone } from "./model.ts";

export interface ZoneFile {
  /** Its path, as messages call it; the name of a plain octoDNS file's zone. */
  readonly file: string;
  /** The zone of a file that names none, instead of the file's name. */
  readonly defaultZone?: string;
  /** When it was changed last, in seconds since 1970: the serial, if that is automatic. */
  readonly changedAt: number;
  /** Serial in use for the zone; an automatic one is never below it. */
  readonly previousSerial?: number | undefined;
  /** Whether the server file names witnesses for health checks. */
  readonly references?: boolean;
  /** Whether a geo database of the server says which autonomous system an address is in; undefined: perhaps. */
  readonly knowsAsns?: boolean;
  readonly limits?: YamlLimits;
}

export interface LoadedZone {
  /** Undefined if and only if an issue is an error. */
  readonly zone: Zone | undefined;
  /** By place. */
  readonly issues: readonly Issue[];
}

/** Reads a zone file's text. Synchronous, never throws for what a text may hold; the result can be cloned. */
export function loadZone(text: string, source: ZoneFile): LoadedZone {
  if (/\.zone$/i.test(source.file)) {
    const message = "master files (*.zone) are not supported yet: write the zone as YAML";
    return { zone: undefined, issues: [createFileIssue(source.file, "error", message)] };
  }
  const issues = new IssueList(source.file, text);
  const tree = parseYaml(text, issues, source.limits ?? DEFAULT_YAML_LIMITS);
  const settings = tree === undefined ? undefined : decodeZone(tree, issues);
  const apex = settings === undefined ? undefined : readApex(settings, source, issues);
  const zone =
    settings === undefined || apex === undefined
      ? undefined
      : buildZone(
          settings,
          apex,
          {
            changedAt: source.changedAt,
            previousSerial: source.previousSerial,
            references: source.references ?? false,
            knowsAsns: source.knowsAsns ?? true,
          },
          issues,
        );
  return { zone: issues.errors > 0 ? undefined : zone, issues: issues.list() };
}

/** The zone a file is about: what it says, or its name without folders and suffix. */
function readApex(settings: ZoneSettings, source: ZoneFile, issues: IssueList): Name | undefined {
  const base = source.file.replace(/^.*[/\\]/, "").replace(/\.ya?ml$/i, "");
  const text = settings.zone?.value ?? source.defaultZone ?? base;
  const place = settings.zone?.place ?? { start: 0, end: 1 };
  const isEmpty = text === "" || text === "@";
  const parsed = parseName(text);
  if (parsed.ok && !isEmpty) return lowerName(parsed.name);
  const reason = parsed.ok ? `found ${quote(text)}` : parsed.error;
  issues.error(
    place,
    settings.zone === undefined
      ? `the file names no zone, and its own name is none: ${reason}; write zone: example.com.`
      : `zone must be the name of the apex, like example.com.: ${reason}`,
  );
  return undefined;
}
