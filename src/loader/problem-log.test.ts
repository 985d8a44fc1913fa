import { beforeEach, expect, test } from "vitest";
import { createFileIssue } from "../config/issue.ts";
import { type Log, silentLog } from "../log/log.ts";
import { createProblemLog, type ProblemLog } from "./problem-log.ts";
import type { ZoneProblem } from "./resolve-zones.ts";

let lines: string[];
let problemLog: ProblemLog;

beforeEach(() => {
  lines = [];
  const log: Log = {
    ...silentLog,
    warn: (fields, message) => lines.push(`warn ${fields.file ?? fields.count} ${message}`),
    info: (fields, message) => lines.push(`info ${fields.file} ${message}`),
  };
  problemLog = createProblemLog(log);
});

function refused(file: string, message = "Broken"): ZoneProblem {
  return {
    file,
    zone: "a.",
    kind: "refused",
    issues: [createFileIssue(file, "error", message)],
  };
}

test("report() says a problem once, again when it changes, and that it is over", () => {
  const said = "warn a.yaml Zone file refused; the last good state of its zone stays served";
  problemLog.report([refused("a.yaml")]);
  problemLog.report([refused("a.yaml")]);
  expect(lines).toEqual([said]);
  problemLog.report([refused("a.yaml", "Broken elsewhere")]);
  expect(lines).toEqual([said, said]);
  problemLog.report([]);
  problemLog.report([]);
  expect(lines.slice(2)).toEqual(["info a.yaml Problem of a zone file is over"]);
});

test("report() counts what a whole folder of broken files would say", () => {
  problemLog.report(Array.from({ length: 250 }, (_, i) => refused(`${i}.yaml`)));
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe("warn 150 More zone files have problems");
});

test("report() does not call a problem over that has become another one", () => {
  problemLog.report([refused("a.yaml")]);
  problemLog.report([{ ...refused("a.yaml"), kind: "gone" }]);
  expect(lines.slice(1)).toEqual([
    "warn a.yaml Zone file gone; its zone stays served until it is removed, or until a restart",
  ]);
});
