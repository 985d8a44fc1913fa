import { describe, expect, it } from "vitest";
import { parseName } from "../wire/name.ts";
import { listTypes, parseType } from "../wire/rr-types.ts";
import { formatRdata } from "./format-rdata.ts";
import { readRdataWords } from "./read-rdata-words.ts";
import { splitWords } from "./word.ts";

const parsed = parseName("example.com.");
const ORIGIN = parsed.ok ? parsed.name : new Uint8Array();

/** What the words of a line mean, in our spelling; or what is wrong, and with which word. */
function read(mnemonic: string, text: string): string {
  const type = parseType(mnemonic) ?? 0;
  const rdata = readRdataWords(type, splitWords(text) ?? [], ORIGIN);
  return rdata instanceof Uint8Array ? formatRdata(type, rdata) : `${rdata.word}: ${rdata.error}`;
}

describe("readRdataWords()", () => {
  it.each([
    ["NS", "ns1", "ns1.example.com."],
    ["NS", "@", "example.com."],
    ["NS", "ns1.example.net.", "ns1.example.net."],
    [
      "SOA",
      "ns1 hostmaster 1 1h30m 30M 2w 1d",
      "ns1.example.com. hostmaster.example.com. 1 5400 1800 1209600 86400",
    ],
    ["TXT", "two strings", '"two" "strings"'],
    ["TXT", `"${"x".repeat(256)}"`, `"${"x".repeat(255)}" "x"`],
    ["TXT", "\\# 2 0141", '"A"'],
    ["TXT", '"\\# 2"', '"# 2"'],
    ["CAA", "0 ISSUE ;", '0 ISSUE ";"'],
    ["LOC", "42 N 71 W 0", "42 0 0.000 N 71 0 0.000 W 0.00m 1.00m 10000.00m 10.00m"],
    ["CERT", "pkix 1 rsasha256 AQ ID", "1 1 8 AQID"],
    [
      "RRSIG",
      "A 8 2 1h 1700000000 20200913122640 1 @ AQID",
      "A 8 2 3600 20231114221320 20200913122640 1 example.com. AQID",
    ],
    // RFC 4034 §3.2: modulo 2^32, which some write as a date before 1970.
    [
      "RRSIG",
      "A 8 2 1 19680526041814 20200913122640 1 . AQID",
      "A 8 2 1 21040702104630 20200913122640 1 . AQID",
    ],
    [
      "SIG",
      "1 8 2 1 20200913122640 20200913122640 1 . AQID",
      "A 8 2 1 20200913122640 20200913122640 1 . AQID",
    ],
    ["WKS", "192.0.2.1 6", "192.0.2.1 6"],
    [
      "NSEC3",
      "1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s",
      "1 0 0 - 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S",
    ],
    ["NID", "10 14:4fff:ff20:0", "10 0014:4fff:ff20:0000"],
    ["HIP", "2 20 AQID rvs @", "2 20 AQID rvs.example.com. example.com."],
    ["AMTRELAY", "10 1 3 relay", "10 1 3 relay.example.com."],
    ["APL", "", ""],
    ["NULL", "\\# 0", "\\# 0"],
    ["TYPE65280", "\\# 4 0A 00 00 01", "\\# 4 0A000001"],
  ])("reads %s %s", (type, text, meaning) => {
    expect(read(type, text)).toBe(meaning);
  });

  it.each([
    ["MX", "ten mail", '0: preference must be a whole number from 0 to 65535: found "ten"'],
    ["MX", "10 a..b", '1: exchange is no name: "a..b" has an empty label'],
    ["MX", "10", '0: a value of MX must be like "10 mail.example.com.": found 1 field in "10"'],
    ["MX", "10 a b", '2: a value of MX must be like "10 mail.example.com.": found 3 fields'],
    ["NS", '""', "0: value must be a name"],
    ["TXT", "", "0: value is missing"],
    ["TXT", 'a"b"c', "0: value has a quote in its middle"],
    ["TXT", '"\\300"', "0: value holds a broken escape"],
    ["HINFO", `"a" "${"x".repeat(256)}"`, "1: os is 256 octets long: a string has at most 255"],
    ["DS", "1 8 2", "2: digest is missing"],
    ["DS", "1 8 2 0g", '3: digest must be pairs of hexadecimal digits: found "0g"'],
    ["DS", "1 8 2 00", "0: a value of DS: a digest of type 2 has 32 octets, not 1"],
    ["DS", "1 NONE 2 00", "1: algorithm must be a whole number from 0 to 255, or one of RSAMD5"],
    ["DNSKEY", "256 3 8 AQI", '3: public_key must be base64, with its padding: found "AQI"'],
    ["NSEC", "a B", '1: types: "B" is no record type'],
    ["NXT", "a CAA", "1: types has no place for CAA"],
    ["A", "2001:db8::1", '0: value must be an IPv4 address: found "2001:db8::1"'],
    ["LOC", "91 N 0 E 0", "1: location must have degrees up to 90"],
    ["LOC", "1 N 0 E", "3: the altitude of location must be metres"],
    ["LOC", "1 N 0 E 0 1 1 1 1", "8: a value of LOC must be like"],
    ["IPSECKEY", "10 4 2 . AQID", "2: the type of gateway must be 0 to 3"],
    ["IPSECKEY", "10 0 2 192.0.2.1 AQID", '3: gateway of type 0 must be a dot: found "192.0.2.1"'],
    ["APL", "1:192.0.2.0/33", "0: value: a prefix of IPv4 has at most 32 bits"],
    ["APL", "1:2001:db8::/32", "0: value must be like 1:192.168.32.0/21"],
    ["EUI48", "00-00-5e-00-53", "0: value must be like xx-xx-xx-xx-xx-xx"],
    ["X25", "12", "0: a value of X25: the address must be 4 digits or more"],
    ["URI", '1 1 ""', "0: a value of URI: the target is empty"],
    ["RRSIG", "A 8 2 1 20200230000000 0 1 . AQID", "4: expiration must be like 20261231235959"],
    ["HTTPS", "1 . alpn=h2 alpn=h3", "0: a value of HTTPS: alpn stands there twice"],
    ["A", "\\# 3 c00002", "0: bad rdata of A: A has 4 octets, not 3"],
    ["A", "\\# 4 c00002", "1: bad rdata of A: \\# says 4 octets and has 3"],
    ["NULL", "abc", "0: NULL has the generic form only, like \\# 4 0A000001"],
  ])("refuses %s %s", (type, text, problem) => {
    expect(read(type, text)).toContain(problem);
  });

  it("refuses what is no type of a record, the generic form included", () => {
    const meta = listTypes().filter((type) =>
      read(type, "\\# 0").includes("is no type of a record"),
    );
    expect(meta.sort()).toEqual(
      ["OPT", "NXNAME", "TKEY", "TSIG", "IXFR", "AXFR", "MAILB", "MAILA", "ANY", "ALIAS"].sort(),
    );
    for (const type of ["TYPE0", "TYPE128", "TYPE200", "TYPE65535"]) {
      expect(read(type, "\\# 0")).toContain("is no type of a record");
    }
  });
});

describe("splitWords()", () => {
  it.each([
    ["", []],
    ["  a\tb ", ["a", "b"]],
    ['"a b" c', ['"a b"', "c"]],
    ['"a""b"', ['"a"', '"b"']],
    ['alpn="h2,h3 x" y', ['alpn="h2,h3 x"', "y"]],
    ['a\\"b \\032 "\\"" \\ c', ['a\\"b', "\\032", '"\\""', "\\ c"]],
    ['"open', undefined],
    ['a="open', undefined],
    ['""', ['""']],
  ])("splits %s", (text, words) => {
    expect(
      splitWords(text)?.map(({ text: word, quoted }) => (quoted ? `"${word}"` : word)),
    ).toEqual(words);
  });
});
