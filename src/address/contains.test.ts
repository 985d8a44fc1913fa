import { describe, expect, it } from "vitest";
import { contains } from "./contains.ts";
import { parseAddress, parsePrefix } from "./parse.ts";

function check(prefix: string, address: string): boolean {
  return contains(parsePrefix(prefix)!, parseAddress(address)!);
}

describe("contains()", () => {
  it("compares whole octets and the bits of a split one", () => {
    expect(check("192.0.2.0/24", "192.0.2.255")).toBe(true);
    expect(check("192.0.2.0/24", "192.0.3.0")).toBe(false);
    expect(check("192.0.2.128/25", "192.0.2.127")).toBe(false);
    expect(check("192.0.2.128/25", "192.0.2.128")).toBe(true);
    expect(check("2001:db8::/33", "2001:db8:7fff::")).toBe(true);
    expect(check("2001:db8::/33", "2001:db8:8000::")).toBe(false);
  });

  it("keeps the families apart, even for the empty prefix", () => {
    expect(check("0.0.0.0/0", "::")).toBe(false);
    expect(check("::/0", "ffff::")).toBe(true);
  });
});
