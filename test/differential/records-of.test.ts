import { describe, expect, it } from "vitest";
import type { RandomZone } from "./random-world.ts";
import { recordsOf } from "./records-of.ts";

function address(owner: string, rdata: string): RandomZone["records"][number] {
  return { owner, ttl: 60, type: "A", rdata } as RandomZone["records"][number];
}

describe("recordsOf()", () => {
  const records = [address("*.a.test.", "192.0.2.1"), address("b.x.a.test.", "192.0.2.2")];
  const isRecord = recordsOf([{ records } as unknown as RandomZone]);

  it("knows what is written, and no other address of the name", () => {
    expect(isRecord("b.x.a.test. 60 1 TYPE1 192.0.2.2")).toBe(true);
    expect(isRecord("b.x.a.test. 60 1 TYPE1 192.0.2.1")).toBe(false);
  });

  it("knows what a wildcard gives, however deep the name", () => {
    expect(isRecord("c.d.a.test. 60 1 TYPE1 192.0.2.1")).toBe(true);
    expect(isRecord("c.d.a.test. 61 1 TYPE1 192.0.2.1")).toBe(false);
  });

  it("gives names below one that exists no wildcard of a name above it", () => {
    expect(isRecord("c.x.a.test. 60 1 TYPE1 192.0.2.1")).toBe(false);
  });
});
