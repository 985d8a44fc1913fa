import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  equalNames,
  formatName,
  isSubdomain,
  labelOffsets,
  lowerName,
  parseName,
  ROOT,
} from "./name.ts";

const name = (text: string, origin?: Uint8Array): Uint8Array => {
  const parsed = parseName(text, origin);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
};
const error = (text: string, origin?: Uint8Array): string => {
  const parsed = parseName(text, origin);
  return parsed.ok ? "no error" : parsed.error;
};

const anyName = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 8 })
  .map((labels) => Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]))
  .filter((wire) => wire.length <= 255);

describe("parseName()", () => {
  it("writes labels with their lengths and a zero octet", () => {
    expect([...name("www.Ex.")]).toEqual([3, 119, 119, 119, 2, 69, 120, 0]);
  });
  it("appends the origin to a relative name, and stands for it with @ and nothing", () => {
    const origin = name("example.com.");
    expect(formatName(name("a.b", origin))).toBe("a.b.example.com.");
    expect(formatName(name("@", origin))).toBe("example.com.");
    expect(formatName(name("", origin))).toBe("example.com.");
    expect(formatName(name("a.b."))).toBe("a.b.");
    expect([...name(".", origin)]).toEqual([0]);
  });
  it("reads escapes as RFC 1035 §5.1 has them", () => {
    expect([...name("a\\.b\\\\\\000\\255.")]).toEqual([6, 97, 46, 98, 92, 0, 255, 0]);
  });
  it("takes 63 octets in a label and 255 in a name, and not one more", () => {
    const label = "a".repeat(63);
    const full = `${label}.${label}.${label}.${"b".repeat(61)}.`;
    expect(name(full)).toHaveLength(255);
    expect(error(`${label}a.`)).toContain("64 octets");
    expect(error(`${label}.${label}.${label}.${"b".repeat(62)}.`)).toContain("256 octets");
    expect(error(full.slice(0, -1), name("x."))).toContain("257 octets");
  });
  it("names what is wrong with a text that is no name", () => {
    expect(error("a..b")).toContain("empty label");
    expect(error(".a")).toContain("empty label");
    expect(error("..")).toContain("empty label");
    expect(error("a\\")).toContain("lone backslash");
    expect(error("a\\256")).toContain('"\\256" is no escape');
    expect(error("a\\1x")).toContain('"\\1x" is no escape');
    expect(error("bücher.example.")).toContain('"ü"');
    expect(error("a b")).toContain("\\032");
  });
  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parseName(text);
        expect(parsed.ok ? parsed.name.length <= 255 : parsed.error.length > 0).toBe(true);
      }),
    );
  });
});

describe("formatName()", () => {
  it("writes text that parseName() reads as the same octets", () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        expect(name(formatName(wire))).toEqual(wire);
      }),
    );
  });
  it("writes the root as a dot", () => expect(formatName(ROOT)).toBe("."));
});

describe("lowerName()", () => {
  it("folds A to Z only", () => {
    expect(formatName(lowerName(name("AZ@[\\193.Ex.")))).toBe("az\\@[\\193.ex.");
  });
});

describe("equalNames()", () => {
  it("disregards case and nothing else", () => {
    expect(equalNames(name("WWW.ex."), name("www.EX."))).toBe(true);
    expect(equalNames(name("www.ex."), name("wwx.ex."))).toBe(false);
    expect(equalNames(name("a.b."), name("a\\.b."))).toBe(false);
  });
});

describe("isSubdomain()", () => {
  it("holds for the name itself and for what is below it", () => {
    const apex = name("Example.com.");
    expect(isSubdomain(name("example.com."), apex)).toBe(true);
    expect(isSubdomain(name("a.b.example.COM."), apex)).toBe(true);
    expect(isSubdomain(name("com."), apex)).toBe(false);
    expect(isSubdomain(name("xexample.com."), apex)).toBe(false);
    expect(isSubdomain(apex, ROOT)).toBe(true);
  });
  it("compares labels, not octets", () => {
    // The label "a\003com" ends with the very octets of "com.".
    expect(isSubdomain(name("a\\003com."), name("com."))).toBe(false);
  });
});

describe("labelOffsets()", () => {
  it("finds each length octet", () => {
    expect(labelOffsets(name("www.ex.com."))).toEqual([0, 4, 7]);
    expect(labelOffsets(ROOT)).toEqual([]);
  });
});
