import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchGlob } from "./match-glob.ts";

describe("matchGlob()", () => {
  it("agrees with the regular expression of the pattern", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "/"), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (glob, given) => {
        const source = glob.replaceAll(".", "\\.").replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(matchGlob(glob, given)).toBe(new RegExp(`^${source}$`).test(given));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes upper and lower case for the same", () => {
    expect(matchGlob("FRA*", "fra1")).toBe(true);
    expect(matchGlob("fra", "FRA")).toBe(true);
  });

  it("comes back from patterns that make others try for ever", () => {
    expect(matchGlob("*a".repeat(60), `${"a".repeat(300)}b`)).toBe(false);
  });
});
