import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  listRecords,
  listStatics,
  loadMaster,
  MASTER_HEAD,
  masterIssues,
  recordsOf,
} from "../../../test/support/master-zone.ts";
import { formatAddress, parseAddress } from "../../address/parse.ts";

describe("a master file", () => {
  it("has the zone that its name says, and its own serial", () => {
    const { zone, issues } = loadMaster(MASTER_HEAD);
    expect(issues).toEqual([]);
    expect(zone?.serial).toBe(7);
    expect(zone?.negativeTtl).toBe(60);
    expect(zone && listRecords(zone)).toEqual([
      "example.com. 3600 SOA ns1.example.com. hostmaster.example.com. 7 7200 1800 1209600 60",
      "example.com. 3600 NS ns1.example.com.",
      "example.com. 3600 NS ns2.example.net.",
      "ns1.example.com. 3600 A 192.0.2.53",
    ]);
  });

  it.each<[string, string[]]>([
    ["a A 192.0.2.1", ["a.example.com. 3600 A 192.0.2.1"]],
    ["a 1h30m IN A 192.0.2.1", ["a.example.com. 5400 A 192.0.2.1"]],
    ["a IN 1D A 192.0.2.1", ["a.example.com. 86400 A 192.0.2.1"]],
    ["a class1 1w a 192.0.2.1", ["a.example.com. 604800 A 192.0.2.1"]],
    ["A\t7\tAAAA\t2001:DB8::1\t; comment", ["a.example.com. 7 AAAA 2001:db8::1"]],
    [
      "a A 192.0.2.1\r\n A 192.0.2.2\r\n",
      ["a.example.com. 3600 A 192.0.2.1", "a.example.com. 3600 A 192.0.2.2"],
    ],
    [
      "a A 192.0.2.1\r\tA 192.0.2.2",
      ["a.example.com. 3600 A 192.0.2.1", "a.example.com. 3600 A 192.0.2.2"],
    ],
    ["a.example.com. A 192.0.2.1", ["a.example.com. 3600 A 192.0.2.1"]],
    ["*.a A 192.0.2.1", ["*.a.example.com. 3600 A 192.0.2.1"]],
    [
      "in A 192.0.2.1\na NS ns1",
      ["in.example.com. 3600 A 192.0.2.1", "a.example.com. 3600 NS ns1.example.com."],
    ],
    ["@ MX 10 .", ["example.com. 3600 MX 10 ."]],
    ["a CNAME @", ["a.example.com. 3600 CNAME example.com."]],
    ["a (\n  A ; one\n  192.0.2.1 ) ; two", ["a.example.com. 3600 A 192.0.2.1"]],
    ['a TXT one "two words" ""', ['a.example.com. 3600 TXT "one" "two words" ""']],
    ['a TXT "\\065\\"\\;;" b\\ c', ['a.example.com. 3600 TXT "A\\";;" "b c"']],
    ['a TXT x"y z"', ['a.example.com. 3600 TXT "x" "y z"']],
    ["a TXT \\# 4 03616263", ['a.example.com. 3600 TXT "abc"']],
    ["a TYPE1 \\# 4 C0000201", ["a.example.com. 3600 A 192.0.2.1"]],
    ["a TYPE65280 \\# 2 ( 00\n ff )", ["a.example.com. 3600 TYPE65280 \\# 2 00FF"]],
    ["a\\.b\\@\\046 A 192.0.2.1", ["a\\.b\\@\\..example.com. 3600 A 192.0.2.1"]],
    [
      "$ORIGIN sub\na A 192.0.2.1\n$ORIGIN b\na.b A 192.0.2.2",
      ["a.sub.example.com. 3600 A 192.0.2.1", "a.b.b.sub.example.com. 3600 A 192.0.2.2"],
    ],
    ["$ORIGIN com.\na.example A 192.0.2.1", ["a.example.com. 3600 A 192.0.2.1"]],
    ["$ORIGIN .\na.example.com A 192.0.2.1", ["a.example.com. 3600 A 192.0.2.1"]],
    [
      "$ttl 5m\na A 192.0.2.1\nb 7 A 192.0.2.2\nc A 192.0.2.3",
      [
        "a.example.com. 300 A 192.0.2.1",
        "b.example.com. 7 A 192.0.2.2",
        "c.example.com. 300 A 192.0.2.3",
      ],
    ],
    [
      'a HTTPS 1 . alpn="h2,h3" port=8443',
      ['a.example.com. 3600 HTTPS 1 . alpn="h2,h3" port=8443'],
    ],
    ["a SRV 1 2 3 ns1", ["a.example.com. 3600 SRV 1 2 3 ns1.example.com."]],
    ["  A 192.0.2.54", ["ns1.example.com. 3600 A 192.0.2.54"]],
    ["\n  ; nothing\n\t\n(\n)\n", []],
  ])("%j", (text, expected) => expect(recordsOf(text)).toEqual(expected));

  it("begins with a byte order mark, and ends without a line break", () => {
    const { zone, issues } = loadMaster(`\ufeff${MASTER_HEAD}a A 192.0.2.1`);
    expect(issues).toEqual([]);
    expect(listStatics(zone!)).toHaveLength(4);
  });

  it("keeps the octets of its text, whatever encoding they are of", () => {
    const text = Buffer.concat([Buffer.from(`${MASTER_HEAD}a TXT "`), Buffer.of(0xfc, 0x22, 0x0a)]);
    const rdata = listStatics(loadMaster(text).zone!).at(-1)?.rdata[0];
    expect(rdata).toEqual(Uint8Array.of(1, 0xfc));
  });

  it("reads every address as the reader of YAML does", () => {
    const check = (text: string, type: "A" | "AAAA"): void => {
      const address = parseAddress(text);
      const family = type === "A" ? 4 : 6;
      const { zone } = loadMaster(`${MASTER_HEAD}a ${type} ${text}\n`);
      const expected = address?.family === family ? formatAddress(address) : undefined;
      const found = zone && listRecords(zone).at(-1)?.split(" ")[3];
      expect([text, found]).toEqual([text, expected]);
    };
    fc.assert(
      fc.property(fc.ipV4(), (text) => check(text, "A")),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.ipV6(), (text) => check(text, "AAAA")),
      { numRuns: 200 },
    );
    const noise = fc.array(fc.constantFrom(..."::::00123fF."), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(noise, (parts) => {
        check(parts.join(""), "AAAA");
        check(parts.join("").replaceAll(":", "."), "A");
      }),
      { numRuns: 500 },
    );
  });
});

describe("a TTL that is not written", () => {
  const soa =
    "SOA ns1 hm 7 7200 1800 1209600 60\n@ NS ns1\n@ NS ns2.example.net.\nns1 A 192.0.2.53";
  const ttls = (text: string): number[] =>
    listStatics(loadMaster(text).zone!).map(({ ttl }) => ttl);

  it("is that of $TTL, not that of the record before", () =>
    expect(ttls(`$TTL 5000\n@ 4000 ${soa}`)).toEqual([4000, 5000, 5000]));
  it("is that of the record before where there is no $TTL", () =>
    expect(ttls(`@ 4000 ${soa}`)).toEqual([4000, 4000, 4000]));
  it("is the SOA's minimum where nothing came before it", () => {
    expect(ttls(`@ ${soa}`)).toEqual([60, 60, 60]);
    expect(ttls(`@ ${soa}\na 7 A 192.0.2.1\nb A 192.0.2.2`)).toEqual([60, 60, 60, 7, 60]);
  });
  it("is an error, once, where nothing at all says it", () => {
    const { issues } = loadMaster(`ns1 A 192.0.2.53\nns2 A 192.0.2.54\n@ ${soa}`);
    const errors = issues.filter(({ severity }) => severity === "error");
    expect(errors.map(({ line, message }) => [line, message])).toEqual([
      [1, expect.stringContaining("no TTL: write $TTL 3600")],
    ]);
  });
});

describe("what is wrong with a master file", () => {
  it.each<[string, string]>([
    ["a B 192.0.2.1", '1:3: error: "B" is no record type'],
    [
      "a 1x A 192.0.2.1",
      '1:3: error: a TTL must be whole seconds from 0 to 2147483647, or like 30s, 5m, 1h30m, 1d, 1w: found "1x"',
    ],
    ["a 4294967295 A 192.0.2.1", "1:3: error: a TTL must be whole seconds"],
    ["a CH A 192.0.2.1", '1:3: error: records must be of class IN: found "CH"'],
    ["a CLASS3 A 192.0.2.1", '1:3: error: records must be of class IN: found "CLASS3"'],
    ["a A", "1:4: error: the line ends too soon: expected an IPv4 address"],
    ["a", "1:2: error: the line ends too soon: expected a type, like A or MX"],
    ["a A 192.0.2.256", '1:5: error: expected an IPv4 address: found "192.0.2.256"'],
    ["a AAAA 192.0.2.1", '1:8: error: expected an IPv6 address: found "192.0.2.1"'],
    ["a A 192.0.2.1 x", "1:15: error: expected the end of the line behind the A record"],
    ["a A 192.0.2.1 )", "1:15: error: a closing parenthesis without an opening one"],
    ["a ( A 192.0.2.1\nb A 192.0.2.2", "1:3: error: the parenthesis is never closed"],
    ['a TXT "x\ny"', "1:7: error: a quote is left open at the end of the line"],
    ["a TXT \\300", "1:7: error: the text holds a broken escape"],
    [`a TXT ${"x".repeat(256)}`, "1:7: error: a string of 256 octets: at most 255 fit"],
    ["a..b A 192.0.2.1", '1:1: error: the owner "a..b" is no name: it has an empty label'],
    [`${"x".repeat(64)} A 192.0.2.1`, "1:1: error: the owner"],
    [
      "a MX x ns1",
      '1:6: error: expected the preference, a whole number from 0 to 65535: found "x"',
    ],
    ["a MX 1", "1:7: error: the line ends too soon: expected a name"],
    ["a SRV 1 2 3", "1:11: error: a value of SRV must be like"],
    ["a ANY 192.0.2.1", "1:3: error: ANY is no type of a record"],
    ["a A \\# 3 000000", "1:5: error: bad rdata of A: A has 4 octets, not 3"],
    ["$ORIGN a.", '1:1: error: "$ORIGN" is no directive; did you mean $ORIGIN?'],
    ["$TTL x", "1:6: error: a TTL must be"],
    ["$TTL 5 6", "1:8: error: expected the end of the line behind $TTL"],
    ["$ORIGIN", "1:8: error: the line ends too soon: expected a name, like example.com."],
    ["a A 192.0.2.1\n@ SOA ns1 hm 1 2 3 4 5", "2:1: error: a second SOA: the first is in line 2"],
    ["a SOA ns1 hm 1 2 3 4 5", '1:1: error: a SOA at "a.example.com."'],
    ["a CNAME ns1\na A 192.0.2.1", "1:1: error: a CNAME stands alone"],
    ["a CNAME ns1\na CNAME ns2", '2:1: error: "a.example.com." has 2 CNAME records'],
    [
      "a A 192.0.2.1\n  A 192.0.2.1",
      "2:3: warning: the same record stands in line 6: it is answered once",
    ],
    ["a NS x.b.\n  NS X.B.", "2:3: warning: the same record stands in line 6"],
    ["a 5 A 192.0.2.1\n  6 A 192.0.2.2", "2:3: warning: its TTL is 6, and 5 in line 6"],
    [
      "a.example.org. A 192.0.2.1",
      '1:1: warning: "a.example.org." is out of the zone "example.com.": its records are left out',
    ],
    ["a HTTPS 0 b. port=1", "1:9: warning: priority 0 makes an alias"],
    ["ä A 192.0.2.1", '1:1: warning: the name "ä" holds octets that are not ASCII'],
    [
      "$GENERATE 1-2000000 h$ A 192.0.2.1",
      "1:11: error: $GENERATE may make 1048576 records of a zone",
    ],
    ["$GENERATE 1 h$ A 192.0.2.1", '1:11: error: a range must be like 1-100 or 0-100/2: found "1"'],
    [`$GENERATE 1-2 h$${"{x}"} A 192.0.2.1`, "1:1: error: a number must be like"],
    ["$GENERATE 1-2 h$ A", "1:1: error: $GENERATE needs"],
    ["$GENERATE 1-2 h$ A 192.0.2.300", '1:1: error: expected an IPv4 address: found "192.0.2.300"'],
  ])("%j", (text, message) => {
    expect(masterIssues(text)).toContainEqual(expect.stringContaining(message));
  });

  it("is found in one go, and leaves the rest readable", () => {
    const text = 'a A 1\nb A 192.0.2.1\nc TXT "\nd AAAA ::1 (\n)\ne A 2\n';
    expect(masterIssues(text).map((line) => line.slice(0, 3))).toEqual(["1:5", "3:7", "6:5"]);
  });

  it("is a zone without SOA or NS records", () => {
    const messages = loadMaster("$TTL 60\na A 192.0.2.1\n").issues.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining("the zone has no SOA record"),
      expect.stringContaining("the zone has no NS records at its apex"),
    ]);
  });

  it("is a record without an owner in the first line", () => {
    const { issues } = loadMaster(` 60 A 192.0.2.1\n${MASTER_HEAD}`);
    expect(issues[0]?.message).toContain("no owner");
  });

  it("is more than 100 records of one name and type", () => {
    const lines = Array.from({ length: 101 }, (_, i) => `a A 192.0.2.${i}`).join("\n");
    const message = '"a.example.com." has 101 records of A: at most 100 are allowed';
    expect(masterIssues(lines)).toContain(`1:1: error: ${message}`);
  });

  it("is more than an answer can hold", () => {
    const lines = Array.from(
      { length: 20 },
      (_, i) => `a TXT ${`${"x".repeat(250)} `.repeat(16)} ${i}`,
    );
    expect(masterIssues(lines.join("\n"))).toContainEqual(
      expect.stringMatching(/^1:1: error: the TXT records of "a.example.com." take \d+ octets/),
    );
  });
});

describe("$GENERATE", () => {
  it.each<[string, string[]]>([
    ["1-3 h$ A 192.0.2.$", ["h1. A 192.0.2.1", "h2. A 192.0.2.2", "h3. A 192.0.2.3"]],
    ["0-4/2 $ A 192.0.2.#{1}", ["0. A 192.0.2.1", "2. A 192.0.2.3", "4. A 192.0.2.5"]],
    ["9-10 h#{0,3} TXT #{-9,2,d}", ['h009. TXT "00"', 'h010. TXT "01"']],
    ["10-10 h#{0,4,x} TXT #{0,0,X}-#{0,3,o}", ['h000a. TXT "A-012"']],
    ["26-26 #{0,0,n}.x PTR #{0,5,N}", ["a.1.x. PTR A.1.0.example.com."]],
    ["1-1 a\\$b$$c TXT $", ['a\\$b\\$c. TXT "1"']],
    ['1-1 a TXT "x $ y"', ['a. TXT "x" "1" "y"']],
    ['1-1 a 60 IN MX "$ h$"', ["a. MX 1 h1.example.com."]],
    ["1-1 a MX $ h$", ["a. MX 1 h1.example.com."]],
  ])("%j", (text, expected) => {
    const records = recordsOf(`$GENERATE ${text.replaceAll("#{", "${")}`);
    expect(records.map((line) => line.replace(/\.example\.com\. \d+/, "."))).toEqual(expected);
  });
});

describe("$INCLUDE", () => {
  it("reads a file in its place, with the origin and the owner that there are", () => {
    const files = { "a.db": " TXT a\nb TXT b\n$ORIGIN c\nd TXT d\n" };
    expect(recordsOf("x TXT x\n$INCLUDE a.db\n TXT y\nz TXT z", files)).toEqual([
      'x.example.com. 3600 TXT "x"',
      'x.example.com. 3600 TXT "a"',
      'x.example.com. 3600 TXT "y"',
      'b.example.com. 3600 TXT "b"',
      'd.c.example.com. 3600 TXT "d"',
      'z.example.com. 3600 TXT "z"',
    ]);
  });

  it("reads it with an origin of its own, relative to the one there is", () => {
    const files = { "sub/a.db": "b TXT b\n$INCLUDE c.db", "sub/c.db": "c TXT c" };
    expect(recordsOf('$INCLUDE "sub/a.db" sub\nz TXT z', files)).toEqual([
      'b.sub.example.com. 3600 TXT "b"',
      'c.sub.example.com. 3600 TXT "c"',
      'z.example.com. 3600 TXT "z"',
    ]);
  });

  it("tells the file and the line of what is wrong there", () => {
    const files = { "a.db": "\nb A x\n", "c.db": "c A 192.0.2.1\n" };
    expect(masterIssues("c A 192.0.2.1\n$INCLUDE a.db\n$INCLUDE c.db", files)).toEqual([
      'a.db:2:5: error: expected an IPv4 address: found "x"',
      "c.db:1:1: warning: the same record stands in line 6 of zones/example.com.zone: it is answered once",
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    ["$INCLUDE no.db", {}, '1:10: error: "no.db" cannot be included: no such file'],
    ["$INCLUDE", {}, "1:9: error: the line ends too soon: expected the name of a file"],
    [
      "$INCLUDE a.db b c",
      { "a.db": "" },
      "1:17: error: expected the end of the line behind $INCLUDE",
    ],
    [
      "$INCLUDE a.db",
      { "a.db": "$INCLUDE b.db", "b.db": "\n$INCLUDE a.db" },
      'b.db:2:10: error: "a.db" cannot be included: it includes itself: zones/example.com.zone → zones/a.db → zones/b.db → zones/a.db',
    ],
  ])("%j", (text, files, message) => {
    expect(masterIssues(text, files)).toEqual([message]);
  });

  it("ends at a depth of ten, and where all that is read is too much", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`${i}.db`, `$INCLUDE ${i + 1}.db`]),
    );
    expect(masterIssues("$INCLUDE 0.db", chain)[0]).toContain("it would be within 10 others");
    const large = { "a.db": Buffer.alloc(2 ** 26, ";"), "b.db": "$INCLUDE a.db\n".repeat(10) };
    expect(masterIssues("$INCLUDE b.db", large)[0]).toContain("too large together");
  });
});
