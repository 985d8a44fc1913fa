import { expect, it } from "vitest";
import { listenAt } from "../../test/support/listen-at.ts";
import { createListenError } from "./listen-error.ts";

const word = (listen: string, code: string, holder?: { pid: number; name: string }): string =>
  createListenError("udp", listenAt(listen), code, () => holder).message;

it("names address, transport and holder of a port in use", () => {
  expect(word("127.0.0.1:5300", "EADDRINUSE", { pid: 123, name: "named" })).toBe(
    "Cannot listen on 127.0.0.1:5300 (UDP): the port is in use by pid 123 (named)",
  );
  expect(word("[::]:5300", "EADDRINUSE")).toBe(
    "Cannot listen on [::]:5300 (UDP): the port is in use by another process",
  );
});

it("does not tell an operator to look for the server itself", () => {
  expect(word("127.0.0.1:5300", "EADDRINUSE", { pid: process.pid, name: "node" })).toBe(
    "Cannot listen on 127.0.0.1:5300 (UDP): another listen address is the same, or covers it",
  );
});

it("tells how to live with systemd-resolved", () => {
  expect(word("0.0.0.0:53", "EADDRINUSE", { pid: 9, name: "systemd-resolve" })).toContain(
    "DNSStubListener=no",
  );
});

it("tells what a port below 1024 needs", () => {
  expect(word("127.0.0.1:53", "EACCES")).toContain("CAP_NET_BIND_SERVICE");
  expect(word("127.0.0.1:5300", "EACCES")).not.toContain("CAP_NET_BIND_SERVICE");
});

it("keeps the code of anything else", () => {
  const error = createListenError("tcp", listenAt("127.0.0.1:53"), "EPERM");
  expect(error.code).toBe("EPERM");
  expect(error.message).toBe("Cannot listen on 127.0.0.1:53 (TCP): EPERM");
});
