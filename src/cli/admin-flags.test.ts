import { describe, expect, it } from "vitest";
import { ADMIN_FLAGS, findServer } from "./admin-flags.ts";
import { parseFlags } from "./parse-flags.ts";

function find(args: readonly string[], environment: NodeJS.ProcessEnv = {}): unknown {
  const parsed = parseFlags(args, ADMIN_FLAGS);
  if (!parsed.ok) throw new Error(parsed.message);
  return findServer(parsed.flags, environment);
}

const LOCAL = { kind: "tcp", address: "127.0.0.1", port: 8053 };

describe("findServer()", () => {
  it("asks the usual place, and knows that nobody named it", () => {
    expect(find([])).toEqual({ address: LOCAL, isNamed: false, tokenFile: undefined });
    expect(find([], { RONDO_ADMIN: "" })).toMatchObject({ isNamed: false });
  });

  it.each([
    ["127.0.0.1:9000", { kind: "tcp", address: "127.0.0.1", port: 9000 }],
    ["127.0.0.1", LOCAL],
    ["[::1]:9000", { kind: "tcp", address: "::1", port: 9000 }],
    ["http://127.0.0.1:8053/", LOCAL],
    ["/run/rondo/admin.sock", { kind: "socket", path: "/run/rondo/admin.sock" }],
  ])("understands %s from the flag and from the environment", (text, address) => {
    expect(find(["--admin", text])).toMatchObject({ address, isNamed: true });
    expect(find([], { RONDO_ADMIN: text })).toMatchObject({ address, isNamed: true });
  });

  it("takes the flags before the environment", () => {
    const environment = { RONDO_ADMIN: "192.0.2.1:1", RONDO_TOKEN_FILE: "old" };
    expect(find(["--admin", "127.0.0.1:8053", "--token-file", "new"], environment)).toEqual({
      address: LOCAL,
      isNamed: true,
      tokenFile: "new",
    });
    expect(find([], environment)).toMatchObject({ tokenFile: "old" });
  });

  it.each([
    ["none", '--admin: "none" is no server'],
    ["server1", "is not an IP address"],
    ["127.0.0.1:70000", "a port is from 1 to 65535"],
  ])("refuses %s", (text, message) => {
    expect(find(["--admin", text])).toContain(message);
  });
});
