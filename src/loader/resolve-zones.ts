/**
 * Which zones are served, given what every file holds: the rule that a bad, missing or contradictory file changes
 * nothing that is served. Pure.
 */
import { createFileIssue, type Issue } from "../config/issue.ts";
import type { PreparedZone } from "./prepare-zone.ts";

/** A zone that was loaded whole. */
export interface LoadedZone {
  /** The apex in presentation form, lower case: `example.com.`. */
  readonly name: string;
  readonly file: string;
  readonly prepared: PreparedZone;
  /** Equal for equal records; undefined where a change of them always shows in the serial. */
  readonly digest?: string | undefined;
  /** The file as it is, or the last good copy because the file was bad at start. */
  readonly origin: "file" | "copy";
  readonly warnings: readonly Issue[];
}

/** What a file says at the moment. */
export interface FileState {
  readonly file: string;
  /** The zone of its last good content. A file that has gone bad since still claims it. */
  readonly claim: LoadedZone | undefined;
  readonly isGone: boolean;
  /** Errors of the present content; empty if it is good. */
  readonly errors: readonly Issue[];
  /** The zone of the present content, if that is good but would change too much: `errors` say what. */
  readonly massChangeOf: string | undefined;
}

export interface ZoneProblem {
  readonly file: string;
  /** The zone whose last good state is served instead; undefined if none is. */
  readonly zone: string | undefined;
  readonly kind: "refused" | "mass-change" | "duplicate" | "gone" | "folder";
  readonly issues: readonly Issue[];
}

export interface ResolvedZones {
  /** What is served from now on, by name. */
  readonly served: ReadonlyMap<string, LoadedZone>;
  /** Those that are new or hold something else than before. */
  readonly changed: readonly LoadedZone[];
  readonly problems: readonly ZoneProblem[];
}

export function resolveZones(
  files: Iterable<FileState>,
  servedBefore: ReadonlyMap<string, LoadedZone>,
): ResolvedZones {
  const served = new Map(servedBefore);
  const changed: LoadedZone[] = [];
  const problems: ZoneProblem[] = [];
  const claims = new Map<string, LoadedZone[]>();
  const states = [...files];
  for (const state of states) {
    if (state.isGone || state.claim === undefined) continue;
    const rivals = claims.get(state.claim.name);
    if (rivals === undefined) claims.set(state.claim.name, [state.claim]);
    else rivals.push(state.claim);
  }

  for (const [name, rivals] of claims) {
    const [only] = rivals;
    if (rivals.length > 1) problems.push(...describeRivals(name, rivals, servedBefore.has(name)));
    else if (only !== undefined && served.get(name) !== only) {
      served.set(name, only);
      changed.push(only);
    }
  }
  for (const [name, { file }] of servedBefore) {
    if (!claims.has(name)) problems.push(describeOrphan(name, file));
  }
  for (const state of states) {
    if (state.errors.length > 0) problems.push(describeRefused(state, served));
  }
  return { served, changed, problems };
}

function describeRefused(state: FileState, served: ReadonlyMap<string, LoadedZone>): ZoneProblem {
  const zone = state.massChangeOf ?? state.claim?.name;
  return {
    file: state.file,
    zone: zone !== undefined && served.has(zone) ? zone : undefined,
    kind: state.massChangeOf === undefined ? "refused" : "mass-change",
    issues: state.errors,
  };
}

function describeRivals(
  name: string,
  rivals: readonly LoadedZone[],
  isServed: boolean,
): ZoneProblem[] {
  return rivals.map(({ file }) => {
    const others = rivals.filter((rival) => rival.file !== file).map((rival) => rival.file);
    const consequence = isServed ? "what was served before stays" : "none of them is served";
    return {
      file,
      zone: isServed ? name : undefined,
      kind: "duplicate",
      issues: [
        createFileIssue(
          file,
          "error",
          `Zone ${name} is also defined in ${others.join(", ")}; a zone has one file: ${consequence}`,
        ),
      ],
    };
  });
}

function describeOrphan(name: string, file: string): ZoneProblem {
  const message = `Zone ${name} is no longer defined in any file; it stays served until a restart or "rondo reload --remove ${name}"`;
  return {
    file,
    zone: name,
    kind: "gone",
    issues: [createFileIssue(file, "warning", message)],
  };
}
