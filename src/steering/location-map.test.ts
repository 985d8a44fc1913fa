import { describe, expect, it } from "vitest";
import { geoTable, network, rule } from "../../test/support/geo.ts";
import { createKey, writeKey } from "../address/key.ts";
import { parseAddress } from "../address/parse.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { compileLocationMap } from "./compile-location-map.ts";
import { LocationMap } from "./location-map.ts";

/** `class /scope` of a client prefix, as asked through a resolver. */
function ask(map: LocationMap, client: string, resolver = "203.0.113.1"): string {
  const [address, length] = client.split("/");
  const from = parseAddress(address!)!;
  const via = parseAddress(resolver)!;
  const clientKey = createKey();
  writeKey(clientKey, from.family, from.octets, 0, Number(length ?? from.octets.length * 8));
  const resolverKey = createKey();
  writeKey(resolverKey, via.family, via.octets, 0, via.octets.length * 8);
  const found = map.classify(clientKey, resolverKey);
  return `${found} /${map.scope}`;
}

const GEO = geoTable({
  "20.0.0.0/8": "EU-DE",
  "21.0.0.0/8": "NA-US-CA",
  "22.0.0.0/8": "NA-US-NY",
  "2a00::/12": "EU-FR",
  "2600::/12": "NA-US",
});

describe("LocationMap.classify()", () => {
  it("takes the first rule that matches by geo or by subnet, in written order", () => {
    const rules = [rule(1, ["NA-US-CA"], ["20.1.0.0/16"]), rule(2, ["EU", "NA"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "21.0.0.0/24")).toBe("1 /8");
    expect(ask(map, "20.1.2.0/24")).toBe("1 /16");
    expect(ask(map, "20.2.0.0/24")).toBe("2 /15");
    expect(ask(map, "22.0.0.0/24")).toBe("2 /8");
    expect(ask(map, "2a00:1::/48")).toBe("2 /12");
  });

  it("matches a country whatever continent the database puts it in", () => {
    const geo = geoTable({ "20.0.0.0/8": "EU-CY" });
    const map = new LocationMap(compileLocationMap([rule(1, ["AS-CY"]), rule(2, [])], [], geo));
    expect(ask(map, "20.0.0.1")).toBe("1 /8");
  });

  it("lets networks correct the databases, longest prefix first", () => {
    const networks = [network("20.1.0.0/16", "AS-SG"), network("20.1.1.0/24", "NA")];
    const rules = [rule(1, ["AS"]), rule(2, ["EU"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, networks, GEO));
    expect(ask(map, "20.1.2.3")).toBe("1 /23");
    expect(ask(map, "20.1.1.3")).toBe("3 /24");
    expect(ask(map, "20.0.0.3")).toBe("2 /16");
  });

  it("keeps the databases' location where a network has no geo of its own", () => {
    const networks = [network("20.1.0.0/16", undefined)];
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], networks, GEO));
    expect(ask(map, "20.1.2.3")).toBe("1 /8");
  });

  it("looks at the resolver's location where nobody knows the client's, and at the client's subnet still", () => {
    const rules = [
      rule(1, [], ["10.1.0.0/16"]),
      rule(2, ["EU"]),
      rule(3, [], ["10.0.0.0/8"]),
      rule(4, []),
    ];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "10.1.0.0/24", "20.0.0.1")).toBe("1 /16");
    expect(ask(map, "10.2.0.0/24", "20.0.0.1")).toBe("2 /15");
    expect(ask(map, "10.2.0.0/24", "21.0.0.1")).toBe("3 /15");
    expect(ask(map, "10.2.0.0/24", "2a00::1")).toBe("2 /15");
    expect(ask(map, "10.2.0.0/24", "::ffff:20.0.0.1")).toBe("2 /15");
    expect(ask(map, "11.0.0.0/24", "21.0.0.1")).toBe("4 /8");
    // A known client is not judged by its resolver.
    expect(ask(map, "21.0.0.0/24", "20.0.0.1")).toBe("4 /8");
  });

  it("takes the first rule that matches by autonomous system, of the databases or of a network", () => {
    const geo = geoTable(
      { "20.0.0.0/8": "EU-DE", "21.0.0.0/8": "NA-US-CA" },
      { "20.1.0.0/16": 64_500, "21.1.0.0/16": 64_500, "22.0.0.0/8": 64_501, "2a00::/12": 64_501 },
    );
    const networks = [network("10.1.0.0/16", undefined, undefined, 64_500)];
    const rules = [
      rule(1, ["NA"]),
      rule(2, [], [], [64_500]),
      rule(3, ["EU"], ["9.0.0.0/8"], [1, 64_501]),
      rule(4, []),
    ];
    const map = new LocationMap(compileLocationMap(rules, networks, geo));
    expect(ask(map, "20.1.2.0/24")).toBe("2 /16");
    expect(ask(map, "20.2.0.0/24")).toBe("3 /15");
    expect(ask(map, "21.1.2.0/24")).toBe("1 /8");
    expect(ask(map, "22.0.0.0/24")).toBe("3 /8");
    expect(ask(map, "2a00::/48")).toBe("3 /12");
    expect(ask(map, "10.1.0.0/24", "21.0.0.1")).toBe("2 /16");
    // Nobody knows anything of these two: the resolver's system counts, and so does its country.
    expect(ask(map, "10.2.0.0/24", "22.0.0.1")).toBe("3 /15");
    expect(ask(map, "10.2.0.0/24", "21.0.0.1")).toBe("1 /15");
    expect(ask(map, "10.2.0.0/24", "23.0.0.1")).toBe("4 /15");
  });

  it("tells clients apart by subdivision, autonomous system and distance only where a rule does", () => {
    const geo = geoTable(
      { "20.0.0.0/9": "NA-US-CA 34 -118", "20.128.0.0/9": "NA-US-NY 41 -74" },
      { "20.64.0.0/10": 64_500 },
    );
    const networks = [network("20.32.0.0/11", undefined, [0, 0], 64_501)];
    const map = new LocationMap(
      compileLocationMap([rule(1, ["NA-US"]), rule(2, [])], networks, geo),
    );
    expect(ask(map, "20.0.0.0/24")).toBe("1 /8");
    const states = [rule(1, ["NA-US-CA"]), rule(2, [])];
    expect(ask(new LocationMap(compileLocationMap(states, networks, geo)), "20.0.0.1")).toBe(
      "1 /9",
    );
  });

  it("has scope 0 where the client does not matter", () => {
    const map = new LocationMap(compileLocationMap([rule(7, [])], [], GEO));
    for (const client of ["20.0.0.0/24", "2a00::/48", "2002:1400:1::/48", "2002::/20"]) {
      expect(ask(map, client)).toBe("7 /0");
    }
    const shared = [rule(7, ["EU"], ["10.0.0.0/8"]), rule(7, [])];
    const merged = new LocationMap(compileLocationMap(shared, [], geoTable({})));
    expect(ask(merged, "20.0.0.0/24", "20.0.0.1")).toBe("7 /0");
  });

  it("treats source prefix 0 as the resolver, with scope 0", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "0.0.0.0/0", "20.0.0.1")).toBe("1 /0");
    expect(ask(map, "::/0", "21.0.0.1")).toBe("2 /0");
  });

  it("gives a scope longer than the source prefix where a boundary lies inside it", () => {
    const rules = [rule(1, [], ["20.0.0.128/25"]), rule(2, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "20.0.0.0/24")).toBe("2 /25");
  });

  it("looks at embedded IPv4 addresses, and translates the scope back", () => {
    const rules = [rule(1, ["EU"]), rule(2, [], ["21.1.2.0/24"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "2002:1401:203::/48")).toBe("1 /24");
    expect(ask(map, "::ffff:21.1.2.3")).toBe("2 /120");
    expect(ask(map, "64:ff9b::20.1.2.3")).toBe("1 /104");
    // 20.1.2.3 inverted is ebfe:fdfc.
    expect(ask(map, "2001:0:1:2:3:4:ebfe:fdfc")).toBe("1 /128");
  });

  it("asks for the bits that would decide where they are not known", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "2002:1401::/32")).toBe("2 /48");
    expect(ask(map, "2001:0:1::/48")).toBe("2 /128");
    expect(ask(map, "64:ff9b::/96")).toBe("2 /128");
    expect(ask(map, "::ffff:20.1.2.0/120")).toBe("2 /128");
  });

  it("never spans an embedding with the scope of its neighbours", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "2003::/32")).toBe("2 /16");
    expect(ask(map, "2001:1::/32")).toBe("2 /32");
    expect(ask(map, "::/64")).toBe("2 /81");
  });
});

describe("compileLocationMap()", () => {
  it("refuses rules without a catch-all", () => {
    expect(() => compileLocationMap([rule(1, ["EU"])], [], GEO)).toThrow(RangeError);
  });

  it("merges neighbours of one class, so that a map is as small as what it tells apart", () => {
    const many = geoTable(
      Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`20.${i}.0.0/16`, i % 2 === 0 ? "EU-DE" : "EU-FR"]),
      ),
    );
    const few = geoTable({ "20.0.0.0/8": "EU" });
    const size = (geo: GeoTable): number =>
      compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], geo).byteLength;
    expect(size(many)).toBeLessThan(2 * size(few));
  });
});
