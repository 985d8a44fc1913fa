import { describe, expect, it } from "vitest";
import { explainUnknown, findNearest, suggest } from "./suggest.ts";

describe("findNearest()", () => {
  it("forgives a third of the letters: wrong, missing, added or swapped", () => {
    expect(findNearest("wieght", ["value", "weight", "dc"])).toBe("weight");
    expect(findNearest("valeu", ["value", "values"])).toBe("value");
    expect(findNearest("helthcheck", ["healthcheck"])).toBe("healthcheck");
    expect(findNearest("Records", ["records"])).toBe("records");
  });
  it("finds nothing where nothing is near", () => {
    expect(findNearest("colour", ["value", "weight"])).toBeUndefined();
    expect(findNearest("x", ["y"])).toBeUndefined();
    expect(findNearest("a".repeat(1000), ["a".repeat(999)])).toBeUndefined();
    expect(findNearest("", ["a"])).toBeUndefined();
  });
  it("takes the nearest, not the first that is near", () => {
    expect(findNearest("retries", ["retrees2", "retry", "retriez"])).toBe("retriez");
  });
});

describe("suggest()", () => {
  it("is the end of a sentence, or nothing", () => {
    expect(suggest("wieght", ["weight"])).toBe('; did you mean "weight"?');
    expect(suggest("zzz", ["weight"])).toBe("");
  });
});

describe("explainUnknown()", () => {
  it("names what there is where nothing is near", () => {
    expect(explainUnknown("pool", "zz", ["eu", "na"])).toBe(
      'no pool is named "zz"; there are: eu, na',
    );
    expect(explainUnknown("pool", "zz", [])).toBe('no pool is named "zz"; there is none');
    expect(explainUnknown("pool", "ue", ["eu"])).toContain("did you mean");
  });
});
