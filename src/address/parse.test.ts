import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  explainBadAddress,
  explainBadPrefix,
  formatAddress,
  formatPrefix,
  parseAddress,
  parsePrefix,
} from "./parse.ts";

function format(text: string): string | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
}

describe("parseAddress()", () => {
  it("reads a dotted quad into 4 octets", () => {
    expect(parseAddress("192.0.2.1")).toEqual({
      family: 4,
      octets: Uint8Array.of(192, 0, 2, 1),
    });
  });

  it("reads every IPv6 form of RFC 4291 §2.2", () => {
    expect(format("2001:DB8:0:0:8:800:200C:417A")).toBe("2001:db8::8:800:200c:417a");
    expect(format("FF01:0:0:0:0:0:0:101")).toBe("ff01::101");
    expect(format("::1")).toBe("::1");
    expect(format("::")).toBe("::");
    expect(format("1::")).toBe("1::");
    expect(format("0:0:0:0:0:0:13.1.68.3")).toBe("::d01:4403");
    expect(format("::FFFF:129.144.52.38")).toBe("::ffff:129.144.52.38");
    expect(format("1:2:3:4:5:6:7::")).toBe("1:2:3:4:5:6:7:0");
  });

  it("refuses what other readers take for octal, shorthand or a local interface", () => {
    for (const text of [
      ..."010.0.0.1|10.1|0x7f.0.0.1|1.2.3.4.5|1.2.3.|fe80::1%eth0|[::1]| ::1|::1/128".split("|"),
      ..."1::2::3|:::|1:2:3:4:5:6:7:8::|1:2:3:4:5:6:7|12345::|::g|:1|1:|1.2.3.4::|::1.2.3.256".split(
        "|",
      ),
      "",
    ]) {
      expect(parseAddress(text), text).toBeUndefined();
    }
  });

  it("agrees with node:net on arbitrary address-like text", () => {
    const piece = fc.constantFrom(
      ":",
      "::",
      ".",
      "0",
      "00",
      "1",
      "255",
      "256",
      "ff",
      "abcd",
      "12345",
      "g",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
        const text = pieces.join("");
        expect(parseAddress(text) !== undefined).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("formatAddress()", () => {
  it("gives text that parseAddress() reads back to the same octets", () => {
    const octet = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    const octets = (n: number) => fc.array(octet, { minLength: n, maxLength: n });
    fc.assert(
      fc.property(fc.oneof(octets(4), octets(16)), (list) => {
        const address = {
          family: list.length === 4 ? 4 : 6,
          octets: Uint8Array.from(list),
        } as const;
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  it("compresses the first longest run of two or more zero groups only (RFC 5952 §4.2)", () => {
    expect(format("2001:db8:0:1:1:1:1:1")).toBe("2001:db8:0:1:1:1:1:1");
    expect(format("2001:0:0:1:0:0:0:1")).toBe("2001:0:0:1::1");
    expect(format("2001:db8:0:0:1:0:0:1")).toBe("2001:db8::1:0:0:1");
  });
});

describe("parsePrefix()", () => {
  it("reads prefixes of every length whose host bits are zero", () => {
    for (const text of [
      "0.0.0.0/0",
      "10.0.0.0/8",
      "192.0.2.128/25",
      "192.0.2.1/32",
      "::/0",
      "2001:db8::/33",
    ]) {
      expect(formatPrefix(parsePrefix(text)!), text).toBe(text);
    }
  });

  it("refuses host bits, bad lengths and bare addresses", () => {
    for (const text of [
      "10.0.0.1/8",
      "2001:db8::1/64",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/",
      "10.0.0.0/08",
      "::",
      "1.2.3.0/+24",
    ]) {
      expect(parsePrefix(text), text).toBeUndefined();
    }
  });
});

describe("explainBadAddress()", () => {
  it("names the part that is wrong", () => {
    expect(explainBadAddress("192.0.2.300")).toBe(
      "192.0.2.300 is not an IP address: 300 is above 255",
    );
    expect(explainBadAddress("010.0.0.1")).toBe(
      "010.0.0.1 is not an IP address: 010 has a leading zero",
    );
    expect(explainBadAddress("10.1")).toBe("10.1 is not an IP address: it has 2 parts, IPv4 has 4");
    expect(explainBadAddress("1::2::3")).toBe(
      "1::2::3 is not an IP address: it has more than one ::",
    );
    expect(explainBadAddress("1:2")).toBe("1:2 is not an IP address: it has 2 groups, IPv6 has 8");
    expect(explainBadAddress("example.com")).toBe(
      "example.com is not an IP address: write one like 192.0.2.1 or 2001:db8::1",
    );
    expect(explainBadAddress("")).toBe('"" is not an IP address: it is empty');
  });

  it("keeps control characters and long text out of the message", () => {
    expect(explainBadAddress("1.2.3.\u001b[31m")).not.toContain("\u001b");
    expect(explainBadAddress("9".repeat(10_000)).length).toBeLessThan(200);
    expect(explainBadPrefix(`10.0.0.0/${"9".repeat(10_000)}`).length).toBeLessThan(300);
  });
});

describe("explainBadPrefix()", () => {
  it("writes the prefix that was probably meant", () => {
    expect(explainBadPrefix("10.0.0.1/8")).toBe("10.0.0.1/8 has host bits set: write 10.0.0.0/8");
    expect(explainBadPrefix("2001:db8::1/64")).toBe(
      "2001:db8::1/64 has host bits set: write 2001:db8::/64",
    );
    expect(explainBadPrefix("192.0.2.1")).toBe(
      "192.0.2.1 has no prefix length: write 192.0.2.1/32 for this one address",
    );
    expect(explainBadPrefix("10.0.0.0/33")).toBe(
      "10.0.0.0/33 is not a prefix: the length 33 is above 32",
    );
  });
});
