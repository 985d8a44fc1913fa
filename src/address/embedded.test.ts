import { describe, expect, it } from "vitest";
import {
  countDecidingBits,
  EMBEDDING_PREFIXES,
  findEmbedding,
  normalizeAddress,
  translateScope,
} from "./embedded.ts";
import { createKeyOf } from "./key.ts";
import { formatAddress, parseAddress } from "./parse.ts";

function normalize(text: string): string {
  return formatAddress(normalizeAddress(parseAddress(text)!));
}

describe("normalizeAddress()", () => {
  it("takes the IPv4 address out of each embedding", () => {
    expect(normalize("::ffff:192.0.2.33")).toBe("192.0.2.33");
    expect(normalize("64:ff9b::192.0.2.33")).toBe("192.0.2.33");
    expect(normalize("2002:c000:221:1::1")).toBe("192.0.2.33");
    // The example of RFC 4380 §4: client 192.0.2.45, inverted.
    expect(normalize("2001:0:4136:e378:8000:63bf:3fff:fdd2")).toBe("192.0.2.45");
  });

  it("leaves neighbours of the embeddings alone", () => {
    for (const text of [
      "::1",
      "::fffe:c000:221",
      "64:ff9b:1::c000:221",
      "64:ff9b::1:c000:221",
      "2003:c000:221::",
      "2001:1::1",
      "2001:db8::1",
      "1::ffff:c000:221",
    ]) {
      expect(normalize(text)).toBe(text);
    }
    expect(normalize("192.0.2.1")).toBe("192.0.2.1");
  });
});

describe("findEmbedding()", () => {
  it("agrees with the list of prefixes", () => {
    for (const { kind, words } of EMBEDDING_PREFIXES)
      expect(findEmbedding(Uint32Array.from(words))).toBe(kind);
    expect(findEmbedding(createKeyOf(parseAddress("2001:db8::1")!).words)).toBe(0);
  });
});

describe("translateScope()", () => {
  it("counts from where the embedded address begins, and never beyond what it takes to know it", () => {
    const kindOf = (text: string): number => findEmbedding(createKeyOf(parseAddress(text)!).words);
    expect(translateScope(kindOf("2002::"), 24)).toBe(40);
    expect(translateScope(kindOf("::ffff:0:0"), 24)).toBe(120);
    expect(translateScope(kindOf("64:ff9b::"), 8)).toBe(104);
    expect(translateScope(kindOf("2001::"), 8)).toBe(128);
    for (const { kind } of EMBEDDING_PREFIXES)
      expect(translateScope(kind, 32)).toBe(countDecidingBits(kind));
  });
});
