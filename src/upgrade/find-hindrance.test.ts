import { describe, expect, it } from "vitest";
import { findHindrance, type OwnProcess } from "./find-hindrance.ts";

const PLAIN: OwnProcess = { pid: 4711, parentPid: 1, initName: "systemd", env: {} };

describe("findHindrance()", () => {
  it.each<[string, Partial<OwnProcess>]>([
    ["a shell's child", { parentPid: 815 }],
    ["a service that systemd can be told of", { env: { NOTIFY_SOCKET: "/run/systemd/notify" } }],
    ["what an earlier upgrade has left of systemd's child", { env: { SYSTEMD_EXEC_PID: "4000" } }],
  ])("finds none for %s", (_, changes) => {
    expect(findHindrance({ ...PLAIN, ...changes })).toBeUndefined();
  });

  it("finds that a container ends with its first process, or with the child of its init", () => {
    expect(findHindrance({ ...PLAIN, pid: 1, parentPid: 0 })).toContain("container");
    expect(findHindrance({ ...PLAIN, initName: "tini" })).toContain("container");
  });

  it("finds that systemd cannot be told of another main process", () => {
    const env = { SYSTEMD_EXEC_PID: "4711" };
    expect(findHindrance({ ...PLAIN, env })).toContain("Type=notify");
    const told = { ...env, NOTIFY_SOCKET: "/run/systemd/notify" };
    expect(findHindrance({ ...PLAIN, env: told })).toBeUndefined();
  });
});
