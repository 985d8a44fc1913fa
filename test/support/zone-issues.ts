/** Small zone files for tests, and what the loader says about them. */
import { renderIssues } from "../../src/config/issue.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import type { Zone } from "../../src/zone/model.ts";

const NS = `  "": { type: NS, values: [a.example.net., b.example.net.] }`;

/** A file of example.com. with two name servers and these records, and other keys before them. */
export function zoneText(records: string, keys = ""): string {
  return `zone: example.com.\n${keys === "" ? "" : `${keys}\n`}records:\n${NS}\n${records}\n`;
}

/** A steered record "www". */
export function steered(dynamic: string): string {
  return `  www: { type: A, dynamic: ${dynamic} }`;
}

/** The zone of a file without errors. */
export function zoneOf(text: string): Zone {
  const { zone, issues } = loadZone(text, { file: "z.yaml", changedAt: 1, references: true });
  if (zone === undefined) throw new Error(issues.map(({ message }) => message).join("\n"));
  return zone;
}

/** All that is said about a file, as the user sees it. */
export function renderZoneIssues(text: string, references = true): string {
  const { issues } = loadZone(text, { file: "z.yaml", changedAt: 1, references });
  return renderIssues(issues);
}

/** `line:column: severity: message`, one for each issue. */
export function listZoneIssues(text: string, references = true): string[] {
  const { issues } = loadZone(text, { file: "z.yaml", changedAt: 1, references });
  return issues.map(
    ({ line, column, severity, message }) => `${line}:${column}: ${severity}: ${message}`,
  );
}
