import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IssueList } from "../config/issue-list.ts";
import { parseYaml } from "../config/parse-yaml.ts";
import { parseName } from "../wire/name.ts";
import { parseType } from "../wire/rr-types.ts";
import { readRdata } from "./read-rdata.ts";

const parsed = parseName("example.com.");
const apex = parsed.ok ? parsed.name : new Uint8Array();

/** Rdata in hexadecimal, or what is wrong. */
function read(type: string, yaml: string): string | string[] {
  const issues = new IssueList("a", yaml);
  const tree = parseYaml(yaml, issues);
  const octets = tree && readRdata(parseType(type) ?? 0, tree, apex, issues);
  if (octets !== undefined && issues.errors === 0) return Buffer.from(octets).toString("hex");
  return issues.list().map(({ message }) => message);
}

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const MAIL = `046d61696c076578616d706c6503636f6d00`;

describe("readRdata()", () => {
  it.each([
    ["A", "192.0.2.1", "c0000201"],
    ["AAAA", "2001:db8::1", "20010db8000000000000000000000001"],
    ["CNAME", "mail.example.com.", MAIL],
    ["NS", "mail.example.com.", MAIL],
    ["PTR", "Mail.example.com.", MAIL.replace("6d61696c", "4d61696c")],
    ["PTR", "{value: mail.example.com.}", MAIL],
    ["MX", '"10 mail.example.com."', `000a${MAIL}`],
    ["MX", "0 .", "000000"],
    ["MX", "{preference: 10, exchange: mail.example.com.}", `000a${MAIL}`],
    ["MX", "{priority: 10, value: mail.example.com.}", `000a${MAIL}`],
    ["SRV", "10 5 443 mail.example.com.", `000a000501bb${MAIL}`],
    [
      "SRV",
      "{priority: 10, weight: 5, port: 443, target: mail.example.com.}",
      `000a000501bb${MAIL}`,
    ],
    [
      "CAA",
      "{flags: 128, tag: issue, value: ca.example.net}",
      `80056973737565${hex("ca.example.net")}`,
    ],
    ["CAA", "{tag: ISSUE, value: ';'}", `000549535355453b`],
    ["CAA", `'0 issue "ca.example.net; a=b"'`, `00056973737565${hex("ca.example.net; a=b")}`],
    [
      "SOA",
      "mail.example.com. a\\.b.example. 7 2h 30m 2w 1m",
      `${MAIL}03612e62076578616d706c6500${"00000007"}${"00001c20"}${"00000708"}${"00127500"}${"0000003c"}`,
    ],
    ["TXT", "hello world", `0b${hex("hello world")}`],
    ["TXT", "v=DKIM1\\; k=rsa", `0e${hex("v=DKIM1; k=rsa")}`],
    ["TXT", `'"one" "t\\"w\\\\o\\000"'`, `03${hex("one")}06${hex('t"w\\o')}00`],
    ["TXT", '""', "00"],
    ["TXT", "é", "02c3a9"],
    ["IPN", "8589934591", "00000001ffffffff"],
    ["X25", "311061700956", `0c${hex("311061700956")}`],
    ["A", "\\# 4 0A000001", "0a000001"],
    ["MX", `\\# 20 000a ${MAIL}`, `000a${MAIL}`],
    ["TXT", "\\# 3 02 4142", "024142"],
    ["TXT", "\\# 1 00", "00"],
  ])("reads %s %s", (type, yaml, octets) => {
    expect(read(type, yaml)).toBe(octets);
  });

  it.each([
    ["A", "192.0.2.300", "192.0.2.300 is not an IP address: 300 is above 255"],
    [
      "A",
      "2001:db8::1",
      "2001:db8::1 is an IPv6 address: A records hold IPv4; for both, write type: [A, AAAA]",
    ],
    ["A", "1.5", "a value of A must be an IPv4 address: found the number 1.5"],
    [
      "CNAME",
      "mail",
      'value must be absolute, with a dot at the end: found "mail"; write "mail.example.com." or "mail."',
    ],
    [
      "CNAME",
      "a.example.net",
      'value must be absolute, with a dot at the end: found "a.example.net"; write "a.example.net." or "a.example.net.example.com."',
    ],
    [
      "CNAME",
      "a..",
      'value is no name: "a.." has an empty label: two dots in a row, or a dot at the start',
    ],
    [
      "CNAME",
      "a.example.com. b.",
      'a value of CNAME must be like "www.example.com.": found 2 fields in "a.example.com. b."',
    ],
    ["CNAME", "[]", 'a value of CNAME must be text like "www.example.com.": found a list'],
    [
      "MX",
      "mail.example.com.",
      'a value of MX must be like "10 mail.example.com.": found 1 field in "mail.example.com."',
    ],
    [
      "MX",
      "70000 mail.example.com.",
      'preference must be a whole number from 0 to 65535: found "70000"',
    ],
    [
      "MX",
      "{preference: 1, exchang: a.}",
      'unknown key "exchang" in a value of MX; did you mean "exchange"?',
    ],
    [
      "SRV",
      "{priority: 1, weight: 1, port: -1, target: a.}",
      'port must be a whole number from 0 to 65535: found "-1"',
    ],
    [
      "CAA",
      "{tag: is-sue, value: x}",
      'tag must be 1 to 15 letters and digits, like issue, issuewild or iodef: found "is-sue"',
    ],
    ["CAA", '0 issue "open', "a value of CAA must be like"],
    ["TXT", "12", 'a value of TXT must be text: found the number 12; put it in quotes: "12"'],
    ["TXT", `'"one" two'`, "a value of TXT that starts with a quote"],
    ["TXT", `'"\\256"'`, "a value of TXT that starts with a quote"],
    ["A", "\\# 4 0A0000", "bad rdata of A: \\# says 4 octets and has 3"],
    ["A", "\\# 3 0A0000", "bad rdata of A: A has 4 octets, not 3"],
    ["A", "\\# 4 0A00000g", "bad rdata of A: \\# needs pairs of hexadecimal digits"],
    ["A", "\\#", "bad rdata of A: \\# needs the number of octets"],
    ["MX", "\\# 4 000ac00c", "bad rdata of MX: the octets are no MX rdata"],
    ["MX", "\\# 4 000a0161", "bad rdata of MX: the octets are no MX rdata"],
    ["TXT", "\\# 0", "bad rdata of TXT: the octets are no TXT rdata"],
    ["TXT", "\\# 2 0241", "bad rdata of TXT: the octets are no TXT rdata"],
  ])("refuses %s %s", (type, yaml, message) => {
    expect(read(type, yaml)).toContainEqual(expect.stringContaining(message));
  });

  it("splits strings above 255 octets, and refuses what fits no record", () => {
    expect(read("TXT", "x".repeat(256))).toBe(`ff${"78".repeat(255)}0178`);
    expect(read("TXT", "x".repeat(65_279))).toHaveLength(2 * 65_535);
    expect(read("TXT", "x".repeat(65_280))).toEqual([
      "a value of TXT takes 65536 octets: at most 65535 fit into a record",
    ]);
  });

  it("never throws, and what it gives is well-formed", () => {
    const types = ["A", "AAAA", "NS", "CNAME", "PTR", "MX", "SRV", "CAA", "SOA", "TXT"];
    const piece = fc.constantFrom(
      "\\",
      '"',
      "\\#",
      " ",
      "1",
      "a",
      ".",
      "00",
      "é",
      ";",
      "192.0.2.1",
      "::1",
      "x.y.",
      "\\000",
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(piece, { maxLength: 12 }), (type, pieces) => {
        const issues = new IssueList("a", "");
        const value = pieces.join("");
        const place = { start: 0, end: 1 };
        const tree = { kind: "scalar", value, source: value, place } as const;
        const octets = readRdata(parseType(type) ?? 0, tree, apex, issues);
        expect(octets === undefined).toBe(issues.errors > 0);
        if (octets === undefined) return;
        // What was read can be said again in the generic form, which is checked octet by octet.
        const generic = `\\# ${octets.length} ${Buffer.from(octets).toString("hex")}`;
        const again = { ...tree, value: generic, source: generic };
        expect(readRdata(parseType(type) ?? 0, again, apex, issues)).toEqual(octets);
      }),
      { numRuns: 2000 },
    );
  });
});
