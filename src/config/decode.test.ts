import { describe, expect, it } from "vitest";
import {
  type Decoder,
  integer,
  type Located,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  required,
  text,
} from "./decode.ts";
import { duration, formatDuration, ttl } from "./duration.ts";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";

/** What a decoder makes of the value of the key `k`, and what it says. */
function decode<T>(decoder: Decoder<T>, value: string): { value: T | undefined; said: string[] } {
  const issues = new IssueList("a", `k: ${value}`);
  const tree = parseYaml(`k: ${value}`, issues);
  const entry = tree?.kind === "mapping" ? tree.entries[0] : undefined;
  if (entry === undefined) throw new Error("no tree");
  const decoded = decoder(entry.value, "k", issues);
  return {
    value: decoded,
    said: issues.list().map(({ column, message }) => `${column} ${message}`),
  };
}

interface Thing {
  readonly name: Located<string>;
  readonly size: Located<number> | undefined;
}

const thing: Decoder<Thing> = object<Thing>("a thing", {
  name: required(text),
  size: optional(integer(1, 9)),
});

describe("object()", () => {
  it("gives each value its place", () => {
    const { value, said } = decode(thing, "{name: x, size: 3}");
    expect(said).toEqual([]);
    expect(value?.name).toEqual({ value: "x", place: { start: 10, end: 11 } });
    expect(value?.size?.value).toBe(3);
  });
  it("tells a misspelt key from one that is like none", () => {
    expect(decode(thing, "{name: x, siez: 3, constructor: 1}").said).toEqual([
      '14 unknown key "siez" in a thing; did you mean "size"?',
      '23 unknown key "constructor" in a thing; allowed: name, size',
    ]);
  });
  it("misses what is required, once", () => {
    expect(decode(thing, "{size: 1}").said).toEqual(['4 a thing needs the key "name"']);
    expect(decode(thing, "{name: 5}").said).toEqual([
      '11 name must be text: found the number 5; put it in quotes: "5"',
    ]);
  });
  it("refuses what is no mapping", () => {
    expect(decode(thing, "x").said).toEqual(['4 k must be a thing, a mapping: found "x"']);
    expect(decode(thing, "[]").said).toEqual(["4 k must be a thing, a mapping: found a list"]);
  });
  it("has nothing that a file can pollute", () => {
    const { said } = decode(thing, "{__proto__: {polluted: 1}, name: x}");
    expect(said).toEqual(['5 unknown key "__proto__" in a thing; allowed: name, size']);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("mapOf()", () => {
  it("keeps the names of what it refuses", () => {
    const { value } = decode(mapOf("things", thing), "{__proto__: {name: x}, b: 5}");
    expect(value?.map(({ key, value }) => [key, value?.name.value])).toEqual([
      ["__proto__", "x"],
      ["b", undefined],
    ]);
  });
});

describe("listOf()", () => {
  it("takes one for a list of one, and leaves out what is refused", () => {
    expect(decode(listOf(text), "a").value?.map(({ value }) => value)).toEqual(["a"]);
    expect(decode(listOf(text), "[a, 1, b]").value?.map(({ value }) => value)).toEqual(["a", "b"]);
  });
});

describe("integer()", () => {
  it.each([
    ["0", "4 k must be a whole number from 1 to 9: found the number 0"],
    ["1.5", "4 k must be a whole number from 1 to 9: found the number 1.5"],
    [
      "010",
      "4 k must be a whole number from 1 to 9, in decimal: found the number 010, which some read as octal; write 10",
    ],
    ["0x3", "4 k must be a whole number from 1 to 9, in decimal: found the number 0x3; write 3"],
    ['"3"', '4 k must be a whole number from 1 to 9: found "3"; remove the quotes'],
    ["yes", '4 k must be a whole number from 1 to 9: found "yes"'],
    ["", "1 k must be a whole number from 1 to 9: found nothing"],
  ])("refuses %s", (written, message) => {
    expect(decode(integer(1, 9), written)).toEqual({ value: undefined, said: [message] });
  });
});

describe("number()", () => {
  it("takes fractions within the range", () => {
    expect(decode(number(-90, 90), "-89.5").value).toBe(-89.5);
    expect(decode(number(-90, 90), "90.1").said).toHaveLength(1);
    expect(decode(number(-90, 90), ".nan").said).toHaveLength(1);
  });
});

describe("oneOf()", () => {
  it("suggests, and tells what is not built yet", () => {
    const policy = oneOf(["rotate", "failover"], ["sticky"]);
    expect(decode(policy, "rotate").value).toBe("rotate");
    expect(decode(policy, "rotat").said).toEqual([
      '4 k must be rotate or failover: found "rotat"; did you mean "rotate"?',
    ]);
    expect(decode(policy, "sticky").said).toEqual([
      '4 k "sticky" is not supported yet; supported: rotate or failover',
    ]);
  });
});

describe("ttl", () => {
  it.each([
    ["0", 0],
    ["300", 300],
    ["30s", 30],
    ["5m", 300],
    ["1h", 3600],
    ["1d", 86_400],
    ["1w", 604_800],
    ["2147483647", 2 ** 31 - 1],
  ])("reads %s", (written, seconds) => expect(decode(ttl, written).value).toBe(seconds));
  it.each(["-1", "2147483648", "500ms", "010", "1e3", "5 m", "5x", "''", "[]", "99999999d"])(
    "refuses %s",
    (written) => {
      expect(decode(ttl, written).said).toHaveLength(1);
    },
  );
});

describe("duration()", () => {
  it("gives milliseconds, from bare seconds too", () => {
    const any = duration(0, 1e9);
    for (const [written, ms] of [
      ["500ms", 500],
      ["1.5s", 1500],
      ["2", 2000],
      ["0.5", 500],
      ["5m", 300_000],
    ] as const) {
      expect(decode(any, written).value).toBe(ms);
    }
  });
  it("names the limits", () => {
    expect(decode(duration(100, 60_000), "50ms").said).toEqual([
      '4 k must be a time from 100ms to 1m: found "50ms"',
    ]);
  });
});

describe("formatDuration()", () => {
  it("takes the largest unit that is exact", () => {
    expect([500, 1000, 9600, 60_000, 90_000, 7_200_000, 86_400_000].map(formatDuration)).toEqual([
      "500ms",
      "1s",
      "9.6s",
      "1m",
      "90s",
      "2h",
      "1d",
    ]);
  });
});
