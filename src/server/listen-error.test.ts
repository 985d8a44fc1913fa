import { expect, it } from "vitest";
import { listenAt } from "../../test/support/listen-at.ts";
import { createListenError } from "./listen-error.ts";

const word = (
  listen: string,
  code: string,
  holder?: { pid: number; name: string },
  ...own: string[]
): string =>
  createListenError("udp", listenAt(listen), code, own.map(listenAt), () => holder).message;

it("names address, transport and holder of a port in use", () => {
  expect(word("127.0.0.1:5300", "EADDRINUSE", { pid: 123, name: "named" })).toBe(
    "Cannot listen on 127.0.0.1:5300 (UDP): the port is in use by pid 123 (named)",
  );
  expect(word("[::]:5300", "EADDRINUSE")).toBe(
    "Cannot listen on [::]:5300 (UDP): the port is in use by another process",
  );
});

it("tells of a listen address that another one overlaps, and of no other", () => {
  const wordBeside = (listen: string, own: string): string =>
    word(listen, "EADDRINUSE", { pid: 123, name: "named" }, own);
  const overlapping = [
    ["127.0.0.1:5300", "127.0.0.1:5300"],
    ["127.0.0.1:5300", "0.0.0.0:5300"],
    ["[::]:5300", "[::1]:5300"],
  ] as const;
  for (const [listen, own] of overlapping) {
    expect(wordBeside(listen, own)).toBe(
      `Cannot listen on ${listen} (UDP): another listen address is the same, or covers it`,
    );
  }
  for (const own of ["127.0.0.2:5300", "127.0.0.1:5301", "[::]:5300"]) {
    expect(wordBeside("127.0.0.1:5300", own), own).toContain("in use by pid 123 (named)");
  }
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
  const error = createListenError("tcp", listenAt("127.0.0.1:53"), "EPERM", []);
  expect(error.code).toBe("EPERM");
  expect(error.message).toBe("Cannot listen on 127.0.0.1:53 (TCP): EPERM");
});
