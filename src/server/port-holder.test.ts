import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findPortHolder } from "./port-holder.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "proc-"));
  mkdirSync(join(root, "net"));
});

afterEach(() => rmSync(root, { recursive: true }));

function writeTable(name: string, ...rows: [local: string, state: string, inode: number][]): void {
  const lines = rows.map(
    ([local, state, inode], i) =>
      `  ${i}: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000   101        0 ${inode} 2 0000000000000000 0`,
  );
  writeFileSync(
    join(root, "net", name),
    `  sl  local_address rem_address st\n${lines.join("\n")}\n`,
  );
}

function addProcess(pid: number, name: string, inode: number): void {
  mkdirSync(join(root, String(pid), "fd"), { recursive: true });
  writeFileSync(join(root, String(pid), "comm"), `${name}\n`);
  symlinkSync("/dev/null", join(root, String(pid), "fd", "0"));
  symlinkSync(`socket:[${inode}]`, join(root, String(pid), "fd", "12"));
}

it("findPortHolder() names the process whose socket has the port", () => {
  writeTable("udp", ["3500007F:0035", "07", 111], ["0100007F:14B4", "07", 222]);
  addProcess(123, "systemd-resolve", 111);
  addProcess(124, "named", 222);
  expect(findPortHolder("udp", 53, root)).toEqual({ pid: 123, name: "systemd-resolve" });
  expect(findPortHolder("udp", 5300, root)).toEqual({ pid: 124, name: "named" });
  expect(findPortHolder("udp", 54, root)).toBeUndefined();
});

it("findPortHolder() looks at IPv6 too, and for TCP only at listeners", () => {
  writeTable("tcp", ["0100007F:0035", "01", 5]);
  writeTable("tcp6", ["00000000000000000000000000000000:0035", "0A", 6]);
  addProcess(1, "client", 5);
  addProcess(2, "server", 6);
  expect(findPortHolder("tcp", 53, root)).toEqual({ pid: 2, name: "server" });
});

it("findPortHolder() passes over this process, which has the port of another address", () => {
  writeTable("udp", ["0100007F:0035", "07", 1], ["3500007F:0035", "07", 2]);
  addProcess(process.pid, "node", 1);
  expect(findPortHolder("udp", 53, root)).toBeUndefined();
  addProcess(process.pid + 1, "systemd-resolve", 2);
  expect(findPortHolder("udp", 53, root)?.name).toBe("systemd-resolve");
});

it("findPortHolder() gives up where /proc says nothing", () => {
  expect(findPortHolder("udp", 53, join(root, "absent"))).toBeUndefined();
  writeTable("udp", ["3500007F:0035", "07", 111]);
  expect(findPortHolder("udp", 53, root)).toBeUndefined();
});
