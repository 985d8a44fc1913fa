import { describe, expect, it } from "vitest";
import { readOverrideZone } from "../../test/support/override-zone.ts";
import { parseSelector } from "./selector.ts";

const zone = readOverrideZone();

function select(text: string): string[] {
  const selector = parseSelector(text);
  if (typeof selector === "string") throw new Error(selector);
  return zone.pools.flatMap((pool) =>
    pool.values.filter((value) => selector.matches(zone, pool, value)).map((value) => value.text),
  );
}

const EU = ["198.51.100.10", "198.51.100.11", "2001:db8::10"];
const ALL = [...EU, "203.0.113.10"];

describe("parseSelector()", () => {
  it.each([
    ["dc=fra", EU],
    ["dc=fr*", EU],
    ["DC=FRA", EU],
    ["pool=na", ["203.0.113.10"]],
    ["zone=example.com", ALL],
    ["zone=example.com.", ALL],
    ["zone=*.com.", ALL],
    ["zone=example.net", []],
    ["198.51.100.10", ["198.51.100.10"]],
    ["198.51.100.*", ["198.51.100.10", "198.51.100.11"]],
    ["198.51.100.1?", ["198.51.100.10", "198.51.100.11"]],
    ["198.51.100.0/24", ["198.51.100.10", "198.51.100.11"]],
    ["2001:DB8:0::10", ["2001:db8::10"]],
    ["2001:db8::/32", ["2001:db8::10"]],
    ["dc=fra,198.51.100.*", ["198.51.100.10", "198.51.100.11"]],
    [" pool=eu , dc=iad ", []],
    ["value=203.0.113.10", ["203.0.113.10"]],
    ["*", ALL],
  ])("%s means %j", (text, values) => {
    expect(select(text)).toEqual(values);
  });

  it.each([
    ["", "a selector is missing"],
    ["dc=", "nothing is selected by nothing"],
    ["dc=fra,", "nothing is selected by nothing"],
    ["rack=7", "can be selected is dc=, pool=, zone=, value= or a value"],
    ["a".repeat(301), "at most 300 characters"],
  ])("refuses %j", (text, message) => {
    expect(parseSelector(text)).toContain(message);
  });
});
