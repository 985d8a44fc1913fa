import { describe, expect, it } from "vitest";
import { renderIssue } from "./issue.ts";
import { IssueList } from "./issue-list.ts";

function render(text: string, start: number, end: number, message = "wrong"): string {
  const issues = new IssueList("z/a.yaml", text);
  issues.error({ start, end }, message);
  const [issue] = issues.list();
  return issue === undefined ? "" : renderIssue(issue);
}

describe("renderIssue()", () => {
  it("shows place, message, the line and carets below what is meant", () => {
    expect(render("a: 1\nbcd: 22\n", 10, 12)).toBe("z/a.yaml:2:6: error: wrong\nbcd: 22\n     ^^");
  });
  it("keeps tabs, so that the caret stands below its place", () => {
    expect(render("\tab: 1", 5, 6)).toBe("z/a.yaml:1:6: error: wrong\n\tab: 1\n\t    ^");
  });
  it("ends the carets with the line, and shows one at least", () => {
    expect(render("ab\ncd", 1, 5)).toBe("z/a.yaml:1:2: error: wrong\nab\n ^");
    expect(render("ab\r\ncd", 2, 2)).toBe("z/a.yaml:1:3: error: wrong\nab\n  ^");
  });
  it("is the message alone where there is no line to show", () => {
    expect(render("", 0, 1)).toBe("z/a.yaml:1:1: error: wrong");
  });
  it("cuts a long line to what is around the place, and keeps the column", () => {
    const [head, source, carets] = render(
      `${"x".repeat(500)}here${"y".repeat(500)}`,
      500,
      504,
    ).split("\n");
    expect(head).toBe("z/a.yaml:1:501: error: wrong");
    expect(source).toHaveLength(160);
    expect(source?.slice(carets?.indexOf("^"), (carets?.lastIndexOf("^") ?? 0) + 1)).toBe("here");
  });
  it("lets no control characters through to the terminal", () => {
    const shown = render("a: \u001b[31mred", 3, 4, "found \u001b[2J\nnext: error");
    expect(shown).toContain("found \ufffd[2J\ufffdnext: error");
    expect(shown).not.toContain("\u001b");
  });
});

describe("IssueList", () => {
  it("lists by place, each finding once", () => {
    const issues = new IssueList("a", "ab\ncd\n");
    issues.error({ start: 4, end: 5 }, "second");
    issues.warn({ start: 0, end: 1 }, "first");
    issues.error({ start: 4, end: 5 }, "second");
    expect(issues.list().map(({ line, column, message }) => [line, column, message])).toEqual([
      [1, 1, "first"],
      [2, 2, "second"],
    ]);
  });
  it("stops at a thousand of a kind and says how many more there are", () => {
    const issues = new IssueList("a", "x".repeat(2000));
    for (let i = 0; i < 1500; i++) issues.warn({ start: i, end: i + 1 }, `${i}`);
    expect(issues.list()).toHaveLength(1001);
    expect(issues.list().at(-1)).toMatchObject({
      severity: "warning",
      message: "500 more warnings are not shown",
    });
    issues.error({ start: 1999, end: 2000 }, "an error behind them all");
    expect(issues.list().at(-2)?.message).toBe("an error behind them all");
    for (let i = 1; i < 1000; i++) issues.error({ start: i, end: i + 1 }, `${i}`);
    issues.error({ start: 0, end: 1 }, () => {
      throw new Error("a message that nobody sees is not written");
    });
    expect(issues.errors).toBe(1001);
    expect(issues.list().filter(({ severity }) => severity === "error")).toHaveLength(1001);
  });
});
