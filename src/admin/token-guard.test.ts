import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { type Admission, TokenGuard } from "./token-guard.ts";

const TOKENS = { write: "0123456789abcdef", read: "fedcba9876543210" };

describe("TokenGuard", () => {
  it("turns wrong tokens of a source away after ten within a minute, and nobody else", () => {
    const clock = createFakeClock();
    const guard = new TokenGuard(TOKENS, clock);
    const ask = (token: string, source = "127.0.0.1"): Admission =>
      guard.admit(`Bearer ${token}`, "read", source);
    for (let i = 0; i < 10; i++) expect(ask("wrong")).toEqual({ kind: "unauthorized" });
    clock.advance(20_000);
    expect(ask("wrong")).toEqual({ kind: "locked-out", retryAfter: 40 });
    expect(ask("wrong", "127.0.0.2")).toEqual({ kind: "unauthorized" });
    expect(ask(TOKENS.write)).toEqual({ kind: "admitted", by: "write" });
    expect(ask(TOKENS.read)).toEqual({ kind: "admitted", by: "read" });
    expect(guard.admit(undefined, "read", "127.0.0.1")).toEqual({ kind: "unauthorized" });
    expect(ask("wrong")).toMatchObject({ kind: "locked-out" });
    clock.advance(40_000);
    expect(ask("wrong")).toEqual({ kind: "unauthorized" });
  });
});
