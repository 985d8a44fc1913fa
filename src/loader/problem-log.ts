/**
 * Says each problem of the zone files once, when it appears or becomes another, and once when it is over.
 */
import { renderIssue } from "../config/issue.ts";
import type { Log } from "../log/log.ts";
import type { ZoneProblem } from "./resolve-zones.ts";

/** A folder of broken files must not fill the disk with log lines; the state shows all of them. */
const MAX_LINES = 100;

export interface ProblemLog {
  /** Takes in all problems there are now. */
  report(problems: readonly ZoneProblem[]): void;
}

export function createProblemLog(log: Log): ProblemLog {
  let known = new Map<string, string>();

  return {
    report(problems) {
      const current = new Map(problems.map((problem) => [keyOf(problem), textOf(problem)]));
      const fresh = problems.filter(
        (problem) => known.get(keyOf(problem)) !== current.get(keyOf(problem)),
      );
      for (const problem of fresh.slice(0, MAX_LINES)) {
        const { file, zone, kind } = problem;
        const level = kind === "mass-change" ? "error" : "warn";
        log[level]({ file, zone, kind, issues: textOf(problem) }, messageOf(problem));
      }
      if (fresh.length > MAX_LINES) {
        log.warn({ count: fresh.length - MAX_LINES }, "More zone files have problems");
      }
      // One problem that turns into another, as when a bad file is deleted, is not over.
      const troubled = new Set([...current.keys()].map(fileOf));
      const over = new Set([...known.keys()].map(fileOf).filter((file) => !troubled.has(file)));
      for (const file of [...over].slice(0, MAX_LINES)) {
        log.info({ file }, "Problem of a zone file is over");
      }
      known = current;
    },
  };
}

function keyOf(problem: ZoneProblem): string {
  return `${problem.kind}:${problem.zone ?? ""} ${problem.file}`;
}

/** The inverse of `keyOf()`. */
function fileOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}

function textOf(problem: ZoneProblem): string {
  return problem.issues.map(renderIssue).join("\n");
}

function messageOf(problem: ZoneProblem): string {
  const { kind, zone } = problem;
  switch (kind) {
    case "refused":
      return zone === undefined
        ? "Zone file refused"
        : "Zone file refused; the last good state of its zone stays served";
    case "mass-change":
      return "Zone file would change too much at once; the last good state of its zone stays served";
    case "duplicate":
      return "Zone defined in several files; none of them replaces what is served";
    case "gone":
      return "Zone file gone; its zone stays served until it is removed, or until a restart";
    case "folder":
      return "Zones folder cannot be read; its zones stay served";
  }
}
